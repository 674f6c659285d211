import { sql } from "drizzle-orm";
import type { Executor, Tx } from "@/db/client";
import { inBankWords } from "@/db/transaction";
import { type Actor, actorName } from "@/lib/auth/actor";
import { invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { type RefusalCode, refusalError } from "@/lib/ledger/refusals";
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
  transfers?: Transfer[];
  /** amounts set aside until they are posted, given back, or expire */
  holds?: (Transfer & { expiresAt: Date })[];
  /** holds that end with this event; of a posted one the rest is given back */
  ends?: { hold: string; seq?: number; as: "post" | "void" | "expire"; amountMicros?: bigint }[];
  /** the key of the event that this one puts right */
  corrects?: string;
  /** returns of it at most what is left */
  isRefund?: boolean;
  /** stands or falls together with the next */
  isLinked?: boolean;
  detail?: Record<string, string>;
};

export type Posted = { eventId: bigint; replayed: boolean };

export type Answer =
  | { outcome: "posted" | "replayed"; eventId: bigint }
  | { outcome: "refused"; code: RefusalCode; what: string | null };

const line = ({ debit, credit, asset, amountMicros, isUpTo }: Transfer) => ({
  debit,
  credit,
  asset,
  amount: amountMicros.toString(),
  ...(isUpTo && { upTo: true }),
});

/** An event as ledger.post_many reads it. */
export const payloadOf = (posting: Posting) => ({
  key: posting.key,
  kind: posting.event,
  subject: posting.subject ?? posting.key,
  ...(posting.effectiveAt && { effectiveAt: posting.effectiveAt.toISOString() }),
  actor: typeof posting.actor === "string" ? posting.actor : actorName(posting.actor),
  requestId: posting.requestId,
  ...(posting.detail && { detail: posting.detail }),
  transfers: (posting.transfers ?? []).map(line),
  ...(posting.holds && {
    holds: posting.holds.map((hold) => ({ ...line(hold), expiresAt: hold.expiresAt.toISOString() })),
  }),
  ...(posting.ends && {
    ends: posting.ends.map(({ amountMicros, ...end }) => ({
      ...end,
      ...(amountMicros !== undefined && { amount: amountMicros.toString() }),
    })),
  }),
  ...(posting.corrects && { corrects: posting.corrects }),
  ...(posting.isRefund && { refund: true }),
  ...(posting.isLinked && { linked: true }),
});

/** What jsonb cannot hold, as JSON.stringify writes it: NUL, and half of a surrogate pair. */
const unkept = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;
export const isKeepable = (json: string): boolean => !json.includes("\\u") || !unkept.test(json);
export const unkeepable = { code: "malformed", what: "a character that no text can keep" } as const;

export type AnswerRow = {
  outcome: Answer["outcome"];
  event_id: string | null;
  code: RefusalCode | null;
  what: string | null;
};

export const answerOf = ({ outcome, event_id, code, what }: AnswerRow): Answer =>
  outcome === "refused"
    ? { outcome, code: code as RefusalCode, what }
    : { outcome, eventId: BigInt(event_id as string) };

/** The only door for money: each event as if one after the other, and an answer for each; a refused one touches nothing. */
export async function postMany(db: Executor, postings: readonly Posting[]): Promise<Answer[]> {
  if (postings.length === 0) return [];
  const items = postings.map((posting) => JSON.stringify(payloadOf(posting)));
  // an item that Postgres could not read would take the others with it: it goes empty, to be refused in its place
  const sent = items.map((item, i) =>
    isKeepable(item) ? item : JSON.stringify({ linked: postings[i]?.isLinked === true }),
  );
  try {
    const { rows } = await db.execute<AnswerRow>(
      sql`SELECT outcome, event_id, code, what FROM ledger.post_many(${`[${sent.join(",")}]`}::jsonb) ORDER BY seq`,
    );
    invariant(rows.length === postings.length, "ledger.post_many answers for each");
    return rows.map((row, i) => answerOf(sent[i] === items[i] ? row : { ...row, ...unkeepable }));
  } catch (thrown) {
    throw inBankWords(thrown);
  }
}

/** The same door for one event within a command: a refusal stops the command. */
export async function post(tx: Tx, posting: Posting): Promise<Posted> {
  invariant(
    (posting.transfers ?? posting.holds ?? posting.ends ?? []).length > 0,
    "an event moves something",
  );
  const [answer] = await postMany(tx, [posting]);
  invariant(answer, "ledger.post_many answers");
  if (answer.outcome === "refused") throw refusalError(answer.code, answer.what);
  failpoint("ledger.posted");
  return { eventId: answer.eventId, replayed: answer.outcome === "replayed" };
}

/** events in one statement: far below what its time limit allows on a slow day */
const atOnce = 1_000;

/** The same door for many events, one after the other in their order; one refusal refuses all of the transaction. */
export async function postAll(tx: Tx, postings: readonly Posting[]): Promise<void> {
  for (let at = 0; at < postings.length; at += atOnce)
    for (const answer of await postMany(tx, postings.slice(at, at + atOnce)))
      if (answer.outcome === "refused") throw refusalError(answer.code, answer.what);
}
