import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { realNow } from "@/db/columns";
import { siweNonce } from "@/db/schema/staff";
import { AppError } from "@/lib/errors";

const lifeMinutes = 5;

export const browserHash = (secret: string) => createHash("sha256").update(secret).digest("hex");

/** A nonce of 128 bits for the browser that holds this secret. */
export async function issueNonce(db: Executor, browserSecret: string): Promise<string> {
  const nonce = randomBytes(16).toString("hex");
  await db.execute(sql`DELETE FROM ${siweNonce} WHERE nonce IN (
    SELECT nonce FROM ${siweNonce} WHERE expires_at < ${realNow} LIMIT 50 FOR UPDATE SKIP LOCKED)`);
  await db.insert(siweNonce).values({
    nonce,
    browserHash: browserHash(browserSecret),
    expiresAt: sql`clock_timestamp() + make_interval(mins => ${lifeMinutes})`,
  });
  return nonce;
}

/** Uses a nonce up by deleting it. Of any number of parallel calls exactly one returns; every other is refused. */
export async function consumeNonce(
  tx: Executor,
  input: { nonce: string; browserSecret: string },
): Promise<void> {
  const used = await tx
    .delete(siweNonce)
    .where(
      and(
        eq(siweNonce.nonce, input.nonce),
        eq(siweNonce.browserHash, browserHash(input.browserSecret)),
        gt(siweNonce.expiresAt, realNow),
      ),
    )
    .returning({ nonce: siweNonce.nonce });
  if (used.length !== 1) throw new AppError("sign_in_used");
}
