import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { inBankWords } from "@/db/transaction";
import { invariant } from "@/lib/errors";
import {
  type Answer,
  type AnswerRow,
  answerOf,
  isKeepable,
  type Posting,
  payloadOf,
  unkeepable,
} from "@/lib/ledger/posting";

/** Requests of one statement, and their length; more only lengthens the wait of each. */
const most = 1_000;
const mostCharacters = 4_000_000;
/** What Postgres refuses because of others, and grants when asked again. */
const worthRetrying = new Set(["40001", "40P01", "55P03"]);

/** a connection that ended or was not made, and a server that starts or stops */
const isAway = (code = "") => /^($|E[A-Z]{3}|08|57P0)/.test(code);

type Waiting = {
  payloads: string[];
  done: (answers: Answer[]) => void;
  failed: (error: unknown) => void;
};

const lengthOf = ({ payloads }: Waiting) => payloads.reduce((sum, { length }) => sum + length, 0);

export type Batcher = {
  /** one event; a refusal is an answer, not an error */
  post(posting: Posting): Promise<Answer>;
  /** several that stand or fall together */
  postChain(postings: readonly Posting[]): Promise<Answer[]>;
  /** one event as JSON came, checked by the ledger alone */
  postRaw(payload: unknown): Promise<Answer>;
  /** after what waits has its answer */
  close(): Promise<void>;
};

type Writer = { ask(payloads: string[]): Promise<Answer[]>; close(): Promise<void> };

/**
 * A connection that is lost in the middle leaves it open what was done: everybody in that statement hears so, and asks
 * again with the same key. With patience, the statement itself is asked again before any other of this writer, until there
 * has been none to answer for so long.
 */
function openWriter(url: string, { name, patienceMs }: { name: string; patienceMs: number }): Writer {
  /** it was waited for, in vain */
  let isGone = false;
  let client: pg.Client | undefined;

  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    const made = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: 30_000,
      lock_timeout: 10_000,
      statement_timeout: 30_000,
    });
    made.on("error", () => {});
    made.on("end", () => {
      if (client === made) client = undefined;
    });
    await made.connect();
    client = made;
    return made;
  };

  const ask = async (payloads: string[]): Promise<Answer[]> => {
    const until = Date.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      try {
        const { rows } = await (await connected()).query<AnswerRow>({
          name: "post_many",
          text: "SELECT outcome, event_id, code, what FROM ledger.post_many($1::jsonb) ORDER BY seq",
          values: [`[${payloads.join(",")}]`],
        });
        invariant(rows.length === payloads.length, "ledger.post_many answers for each");
        isGone = false;
        return rows.map(answerOf);
      } catch (error) {
        const { code, severity } = error as { code?: string; severity?: string };
        if (severity !== "ERROR") client = undefined;
        if (isAway(code)) {
          isGone ||= Date.now() >= until;
          if (!isGone) {
            await wait(100);
            continue;
          }
        }
        if (attempt >= 6 || !worthRetrying.has(code ?? "")) throw inBankWords(error);
      }
    }
  };

  return {
    ask,
    async close() {
      await client?.end();
    },
  };
}

/**
 * Joins events that arrive while statements are under way into the next one. Two connections write: customers' rows are
 * taken in one order and the bank's own are not waited for, so one works while the other commits. With two, whoever does
 * not wait for an answer before asking for more is promised no order; with one, all is posted in the order it came.
 */
export function openBatcher(
  url: string,
  { name = "granary batcher", patienceMs = 0, writers = 2 } = {},
): Batcher {
  const waiting: Waiting[] = [];
  const all = Array.from({ length: writers }, () => openWriter(url, { name, patienceMs }));
  const idle = [...all];
  const running = new Set<Promise<void>>();

  /** woken, and about to take what waits */
  let hungry = 0;

  const takeTogether = (among = 1): Waiting[] => {
    const together: Waiting[] = [];
    const share = Math.ceil(waiting.length / among);
    let [count, characters] = [0, 0];
    for (let next = waiting[0]; next && together.length < share; next = waiting[0]) {
      count += next.payloads.length;
      characters += lengthOf(next);
      if (together.length > 0 && (count > most || characters > mostCharacters)) break;
      together.push(next);
      waiting.shift();
    }
    return together;
  };

  const run = async (writer: Writer) => {
    // on the next turn, so that all who ask in this one are shared out among those who are free
    hungry += 1;
    await Promise.resolve();
    hungry -= 1;
    let together = takeTogether(hungry + 1);
    for (; together.length > 0; together = takeTogether()) {
      try {
        const answers = await writer.ask(together.flatMap(({ payloads }) => payloads));
        let at = 0;
        for (const { payloads, done } of together) {
          done(answers.slice(at, at + payloads.length));
          at += payloads.length;
        }
      } catch (error) {
        for (const { failed } of together) failed(error);
      }
    }
    // at once with the look that found nothing: whoever comes later finds an idle writer
    idle.push(writer);
  };

  const enqueue = (payloads: string[]): Promise<Answer[]> =>
    new Promise((done, failed) => {
      waiting.push({ payloads, done, failed });
      const writer = idle.shift();
      if (!writer) return;
      const work = run(writer).finally(() => running.delete(work));
      running.add(work);
    });

  /** together or not at all */
  const chain = async (payloads: string[]): Promise<Answer[]> => {
    const bad = payloads.findIndex((payload) => !isKeepable(payload));
    if (bad < 0) return enqueue(payloads);
    return payloads.map((_, i) =>
      i === bad
        ? { outcome: "refused", ...unkeepable }
        : { outcome: "refused", code: "chain_broken", what: `by item ${bad + 1}` },
    );
  };

  const one = async (payload: unknown): Promise<Answer> => {
    const [answer] = await chain([JSON.stringify(payload)]);
    invariant(answer, "one event, one answer");
    return answer;
  };

  return {
    post: (posting) => one(payloadOf(posting)),
    postRaw: one,
    async postChain(postings) {
      if (postings.length === 0) return [];
      return chain(
        postings.map((posting, i) =>
          JSON.stringify(payloadOf({ ...posting, isLinked: i < postings.length - 1 })),
        ),
      );
    },
    async close() {
      while (running.size > 0) await Promise.all(running);
      await Promise.all(all.map((writer) => writer.close()));
    },
  };
}
