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

const payloadOf = (posting: Posting) => {
  invariant(posting.transfers.length > 0, "an event moves something");
  return {
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
};

/** The only door for money. The same key and payload answer the first event again; another payload is refused. */
export async function post(tx: Tx, posting: Posting): Promise<Posted> {
  const payload = payloadOf(posting);
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

/** events in one statement: far below what its time limit allows on a slow day */
const atOnce = 200;

/** The same door for many events, one after the other in their order; one refusal refuses all of the transaction. */
export async function postAll(tx: Tx, postings: readonly Posting[]): Promise<void> {
  try {
    for (let at = 0; at < postings.length; at += atOnce) {
      const part = postings.slice(at, at + atOnce).map(payloadOf);
      const { rows } = await tx.execute<{ posted: number }>(sql`
        SELECT count(done.event_id)::int AS posted
        FROM jsonb_array_elements(${JSON.stringify(part)}::jsonb) WITH ORDINALITY AS one (payload, seq)
        CROSS JOIN LATERAL ledger.post(one.payload) AS done`);
      invariant(rows[0]?.posted === part.length, "ledger.post answers for each");
    }
  } catch (thrown) {
    throw inBankWords(thrown);
  }
}
