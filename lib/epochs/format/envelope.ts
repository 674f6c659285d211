import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

/** How a batch travels to one operator: README.md says the bytes. Whoever else reads it reads nothing. */
export const envelopeFormat = "granary.envelope.1";

export class EnvelopeError extends Error {
  override name = "EnvelopeError";
}
const refuse = (what: string): never => {
  throw new EnvelopeError(what);
};

const chunkBytes = 1 << 20;
const tagBytes = 16;
const keyInfo = "granary operator's batch key 1";
const contentInfo = "granary.envelope.1 content";

// DER around the 32 bytes of an X25519 key: RFC 8410
const privateDer = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicDer = Buffer.from("302a300506032b656e032100", "hex");

const publicFrom = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicDer, raw]), format: "der", type: "spki" });
const rawOf = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" }).subarray(-32);
const derived = (secret: Uint8Array, salt: Uint8Array, info: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, 32));

/** An operator's own key pair for batches, made from its signing key, so that there is no second secret to keep. */
export function batchKeyOf(signingKey: Uint8Array): { privateKey: KeyObject; publicKey: string } {
  const seed = derived(signingKey, Buffer.alloc(0), keyInfo);
  const privateKey = createPrivateKey({
    key: Buffer.concat([privateDer, seed]),
    format: "der",
    type: "pkcs8",
  });
  return { privateKey, publicKey: rawOf(createPublicKey(privateKey)).toString("hex") };
}

/** What an operator signs with its signing key to say which batch key is its own, on one chain and one deployment. */
export const batchKeyStatement = (of: { publicKey: string; chainId: number; epochManager: string }): string =>
  `granary.batch-key.1 ${of.chainId} ${of.epochManager.toLowerCase()} ${of.publicKey}`;

function nonceOf(place: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(place, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

const contentKey = (secret: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Buffer =>
  derived(secret, Buffer.concat([ephemeral, recipient]), contentInfo);

const headerOf = (entriesRoot: string, recipient: string, ephemeral: string): Buffer =>
  Buffer.from(`${JSON.stringify([envelopeFormat, entriesRoot, recipient, ephemeral])}\n`);

/** Pieces of at most one chunk, and whether there are more. */
async function* chunked(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const bytes of content) {
    waiting.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    size += bytes.byteLength;
    if (size <= chunkBytes) continue;
    const whole = Buffer.concat(waiting);
    let at = 0;
    for (; whole.length - at > chunkBytes; at += chunkBytes)
      yield { bytes: whole.subarray(at, at + chunkBytes), isLast: false };
    waiting = [whole.subarray(at)];
    size = whole.length - at;
  }
  yield { bytes: Buffer.concat(waiting), isLast: true };
}

/** A batch's bytes, sealed for one operator under a key that nobody keeps. */
export async function* sealEnvelope(
  content: AsyncIterable<Uint8Array>,
  of: { entriesRoot: string; recipient: string },
): AsyncGenerator<Buffer> {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const [ephemeral, recipient] = [rawOf(publicKey), Buffer.from(of.recipient, "hex")];
  const secret = diffieHellman({ privateKey, publicKey: publicFrom(recipient) });
  const key = contentKey(secret, ephemeral, recipient);
  const header = headerOf(of.entriesRoot, of.recipient, ephemeral.toString("hex"));
  yield header;
  let place = 0;
  for await (const { bytes, isLast } of chunked(content)) {
    const cipher = createCipheriv("aes-256-gcm", key, nonceOf(place, isLast));
    cipher.setAAD(header);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    yield Buffer.concat([size, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    place += 1;
  }
}

const longestHeader = 512;

/** The bytes that were sealed; fails at the first piece that was changed, moved, left out or sealed for another. */
export async function* openEnvelope(
  sealed: AsyncIterable<Uint8Array>,
  of: { entriesRoot: string; privateKey: KeyObject },
): AsyncGenerator<Buffer> {
  const from = reader(sealed);
  const header = (await from.line(longestHeader)) ?? refuse("it ends before its header does");
  const recipient = rawOf(createPublicKey(of.privateKey));
  let fields: unknown;
  try {
    fields = JSON.parse(header.toString("utf8"));
  } catch {
    refuse("it has no header");
  }
  const [, , , sender] = Array.isArray(fields) ? fields : [];
  const ephemeral = Buffer.from(String(sender), "hex");
  if (
    ephemeral.length !== 32 ||
    !header.equals(headerOf(of.entriesRoot, recipient.toString("hex"), ephemeral.toString("hex")))
  )
    refuse("it is not this batch, sealed for this key");
  const secret = diffieHellman({ privateKey: of.privateKey, publicKey: publicFrom(ephemeral) });
  const key = contentKey(secret, ephemeral, recipient);
  for (let place = 0, isLast = false; !isLast; place++) {
    const length = ((await from.bytes(4)) ?? refuse("it ends before its last piece")).readUInt32BE();
    if (length > chunkBytes) refuse("a piece is too long");
    const bytes = (await from.bytes(length + tagBytes)) ?? refuse("it ends in the middle of a piece");
    isLast = await from.isOver();
    const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(place, isLast));
    decipher.setAAD(header);
    decipher.setAuthTag(bytes.subarray(length));
    try {
      yield Buffer.concat([decipher.update(bytes.subarray(0, length)), decipher.final()]);
    } catch {
      refuse("a piece was changed, moved or left out");
    }
  }
}

function reader(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let kept = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (done) return false;
    kept = Buffer.concat([kept, value]);
    return true;
  };
  const take = (n: number): Buffer => {
    const taken = kept.subarray(0, n);
    kept = kept.subarray(n);
    return taken;
  };
  return {
    async bytes(n: number): Promise<Buffer | undefined> {
      const waiting: Buffer[] = [kept];
      let size = kept.length;
      while (size < n) {
        const { value, done } = await chunks.next();
        if (done) return undefined;
        waiting.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        size += value.byteLength;
      }
      if (waiting.length > 1) kept = Buffer.concat(waiting);
      return take(n);
    },
    async line(most: number): Promise<Buffer | undefined> {
      for (;;) {
        const end = kept.indexOf(0x0a);
        if (end >= 0) return take(end + 1);
        if (kept.length > most || !(await more())) return undefined;
      }
    },
    async isOver(): Promise<boolean> {
      while (kept.length === 0) if (!(await more())) return true;
      return false;
    },
  };
}
