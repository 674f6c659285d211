import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { batchKeyOf, EnvelopeError, openEnvelope, sealEnvelope } from "@/lib/epochs/format/envelope";

const root = `0x${"ab".repeat(32)}`;
const own = batchKeyOf(Buffer.alloc(32, 7));
const chunk = 1 << 20;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const all = async (pieces: AsyncIterable<Uint8Array>) => {
  const got: Uint8Array[] = [];
  for await (const piece of pieces) got.push(piece);
  return Buffer.concat(got);
};
const sealed = (content: Uint8Array) =>
  all(sealEnvelope(inPieces(content, 300_001), { entriesRoot: root, recipient: own.publicKey }));
const opened = (bytes: Uint8Array, of = { entriesRoot: root, privateKey: own.privateKey }) =>
  all(openEnvelope(inPieces(bytes, 70_001), of));

it("makes an operator's key of its signing key, the same one each time", () => {
  expect(batchKeyOf(Buffer.alloc(32, 7)).publicKey).toBe(own.publicKey);
  expect(batchKeyOf(Buffer.alloc(32, 8)).publicKey).not.toBe(own.publicKey);
});

it.each([0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 5])(
  "brings %d bytes to the operator that they are sealed for",
  async (size) => {
    const content = randomBytes(size);
    expect((await opened(await sealed(content))).equals(content)).toBe(true);
  },
);

it("opens for nobody else, and not when anything of it was changed, moved, doubled or cut off", async () => {
  const content = randomBytes(2 * chunk + 100);
  const bytes = await sealed(content);
  const header = bytes.indexOf(0x0a) + 1;
  const piece = 4 + chunk + 16;
  const [first, second, last] = [
    bytes.subarray(header, header + piece),
    bytes.subarray(header + piece, header + 2 * piece),
    bytes.subarray(header + 2 * piece),
  ];
  const head = bytes.subarray(0, header);
  const flipped = (at: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const other = { entriesRoot: root, privateKey: batchKeyOf(Buffer.alloc(32, 8)).privateKey };
  await expect(opened(bytes, other)).rejects.toThrow(EnvelopeError);
  const elsewhere = { entriesRoot: `0x${"cd".repeat(32)}`, privateKey: own.privateKey };
  await expect(opened(bytes, elsewhere)).rejects.toThrow(EnvelopeError);
  const falsified: Record<string, Buffer> = {
    "a bit of the content": flipped(header + 1_000),
    "a bit of the last tag": flipped(bytes.length - 1),
    "a bit of the ephemeral key": flipped(header - 10),
    "the size of a piece": flipped(header + 3),
    swapped: Buffer.concat([head, second, first, last]),
    "left out": Buffer.concat([head, first, last]),
    doubled: Buffer.concat([head, first, first, second, last]),
    "cut between pieces": Buffer.concat([head, first, second]),
    "cut in a piece": bytes.subarray(0, bytes.length - 30),
    "cut in the header": bytes.subarray(0, 20),
    lengthened: Buffer.concat([bytes, Buffer.from([0])]),
    empty: Buffer.alloc(0),
    "not an envelope": Buffer.from("{}\n"),
  };
  for (const [what, changed] of Object.entries(falsified))
    await expect(opened(changed), what).rejects.toThrow();
});

it("hides the same content under other bytes each time", async () => {
  const content = Buffer.from("the same");
  const [one, two] = [await sealed(content), await sealed(content)];
  expect(one.equals(two)).toBe(false);
  expect(one.includes(content)).toBe(false);
});
