import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { env } from "@/lib/env";
import { invariant } from "@/lib/errors";

/** Where a sealed value belongs. It is bound into the seal: a value moved to another row or column does not open. */
export type FieldPlace = { table: string; column: string; rowId: string };

const version = "v1";
const cipherName = "aes-256-gcm";
const placeOf = ({ table, column, rowId }: FieldPlace) => Buffer.from(`${table}.${column}.${rowId}`);

/** AES-256-GCM under FIELD_KEY, as `v1.<nonce>.<tag>.<text>` in base64url. */
export function sealField(text: string, place: FieldPlace): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(cipherName, Buffer.from(env.fieldKey, "base64"), nonce);
  cipher.setAAD(placeOf(place));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [version, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"))].join(
    ".",
  );
}

/** Throws when the value was changed, moved, or sealed under another key. */
export function openField(sealed: string, place: FieldPlace): string {
  const [kind, nonce, tag, text] = sealed.split(".");
  invariant(kind === version && nonce && tag && text !== undefined, "a sealed field has four parts");
  const decipher = createDecipheriv(
    cipherName,
    Buffer.from(env.fieldKey, "base64"),
    Buffer.from(nonce, "base64url"),
    { authTagLength: 16 },
  );
  decipher.setAAD(placeOf(place));
  decipher.setAuthTag(Buffer.from(tag, "base64url"));
  return Buffer.concat([decipher.update(Buffer.from(text, "base64url")), decipher.final()]).toString("utf8");
}

/** Equal values have equal indexes, and the index says nothing about the value to whoever lacks the key. */
export function blindIndex(kind: string, value: string): string {
  return createHmac("sha256", Buffer.from(env.blindIndexKey, "base64"))
    .update(`${kind}\u0000${value}`)
    .digest("base64url");
}
