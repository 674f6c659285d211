import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { inBankWords } from "@/db/transaction";
import { type Actor, actorName } from "@/lib/auth/actor";
import { invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import type { Transfer } from "@/lib/ledger/transfer";

export type Posting = {
  /** event + subject + period: unique for ever, bound to the payload */
  key: string;
  /** the recipe's name */
  event: string;
  /** what it is about, such as "issuance:…" */
  subject?: string;
  /** when it happened; without it, the bank's now */
  effectiveAt?: Date;
  actor: Actor | string;
  requestId: string;
  transfers: Transfer[];
  detail?: Record<string, string>;
};

export type Posted = { eventId: bigint; replayed: boolean };

/** The only door for money. The same key and payload answer the first event again; another payload is refused. */
export async function post(tx: Tx, posting: Posting): Promise<Posted> {
  invariant(posting.transfers.length > 0, "an event moves something");
  const payload = {
    key: posting.key,
    kind: posting.event,
    subject: posting.subject ?? posting.key,
    ...(posting.effectiveAt && { effectiveAt: posting.effectiveAt.toISOString() }),
    actor: typeof posting.actor === "string" ? posting.actor : actorName(posting.actor),
    requestId: posting.requestId,
    ...(posting.detail && { detail: posting.detail }),
    transfers: posting.transfers.map(({ debit, credit, asset, amountMicros }) => ({
      debit,
      credit,
      asset,
      amount: amountMicros.toString(),
    })),
  };
  try {
    const { rows } = await tx.execute<{ event_id: string; replayed: boolean }>(
      sql`SELECT event_id, replayed FROM ledger.post(${JSON.stringify(payload)}::jsonb)`,
    );
    const [row] = rows;
    invariant(row, "ledger.post answers");
    failpoint("ledger.posted");
    return { eventId: BigInt(row.event_id), replayed: row.replayed };
  } catch (thrown) {
    throw inBankWords(thrown);
  }
}
