import { eq } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { outboxAttempt, outboxIntent } from "@/db/schema/chain";
import type { FactOrigin } from "@/lib/chain/facts";

/** The request that led to a chain fact: our own intent's, or the transaction's hash when somebody else sent it. */
export async function requestIdOf(db: Executor, fact: Pick<FactOrigin, "txHash">): Promise<string> {
  const [intent] = await db
    .select({ requestId: outboxIntent.requestId })
    .from(outboxAttempt)
    .innerJoin(outboxIntent, eq(outboxIntent.id, outboxAttempt.intentId))
    .where(eq(outboxAttempt.txHash, fact.txHash));
  return intent?.requestId ?? `chain:${fact.txHash}`;
}
