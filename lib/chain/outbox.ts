import { eq, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { Executor, Tx } from "@/db/client";
import { outboxIntent, type SenderName } from "@/db/schema/chain";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";

export interface Intent {
  kind: string;
  /** names the effect for ever: the same key never leads to a second transaction */
  businessKey: string;
  sender: SenderName;
  to: Address;
  data: Hex;
  valueWei?: bigint;
  requestId: string;
  /** sent only after this one has been mined without reverting */
  afterIntentId?: string;
}

/** Writes down what the bank wants on chain, in the caller's transaction; the signer process does the rest. */
export async function enqueue(tx: Tx, intent: Intent): Promise<string> {
  const to = intent.to.toLowerCase() as Address;
  const valueWei = intent.valueWei ?? 0n;
  const [made] = await tx
    .insert(outboxIntent)
    .values({ ...intent, to, valueWei, chainId: env.chainId })
    .onConflictDoNothing({ target: outboxIntent.businessKey })
    .returning({ id: outboxIntent.id });
  if (made) {
    failpoint("outbox.inserted");
    await tx.execute(sql`select pg_notify('outbox', ${made.id})`);
    return made.id;
  }
  const [known] = await tx
    .select()
    .from(outboxIntent)
    .where(eq(outboxIntent.businessKey, intent.businessKey));
  const same =
    known?.to === to &&
    known.data === intent.data &&
    known.valueWei === valueWei &&
    known.sender === intent.sender;
  if (!same) throw new AppError("idempotency_conflict", { businessKey: intent.businessKey });
  return known.id;
}

/** How far an intent has come. */
export async function intentByKey(db: Executor, businessKey: string) {
  const [intent] = await db.select().from(outboxIntent).where(eq(outboxIntent.businessKey, businessKey));
  return intent;
}
