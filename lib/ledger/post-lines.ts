import { randomUUID } from "node:crypto";
import { databaseError } from "@/db/transaction";
import { openBatcher } from "@/lib/ledger/batcher";
import type { Answer } from "@/lib/ledger/posting";
import { readLine } from "@/lib/ledger/read-line";

export type LineAnswer = { line: number; key: string | null } & (
  | Answer
  /** what was asked may have been done or not */
  | { outcome: "unknown"; what: string }
);

/** answers that may be outstanding while lines are read, and the bytes of their lines */
const ahead = { lines: 4_000, bytes: 16 << 20 };

/** Posts as lines come, and answers each in their order as soon as it is known; one that is refused leaves the others alone. */
export async function* postLines(
  lines: AsyncIterable<Uint8Array>,
  url: string,
  // a database that starts again is back by then
  { patienceMs = 30_000 } = {},
): AsyncIterable<LineAnswer> {
  const batcher = openBatcher(url, { name: "granary ledger post", patienceMs, writers: 1 });
  const requestId = `cli-${randomUUID()}`;
  const answers: { bytes: number; answer: Promise<LineAnswer> }[] = [];
  let bytes = 0;
  let line = 0;
  const source = lines[Symbol.asyncIterator]();
  const post = async (number: number, given: Uint8Array): Promise<LineAnswer> => {
    const read = readLine(given, requestId);
    const { key } = read;
    if ("fault" in read) return { line: number, key, outcome: "refused", ...read.fault };
    try {
      return { line: number, key, ...(await batcher.postRaw(read.payload)) };
    } catch (error) {
      const { code = "no answer" } = databaseError((error as Error).cause ?? error);
      return { line: number, key, outcome: "unknown", what: `${code}: ask again with the same key` };
    }
  };
  try {
    let next: Promise<IteratorResult<Uint8Array>> | undefined = source.next();
    while (next || answers.length > 0) {
      const first: Promise<"answer"> | undefined = answers[0]?.answer.then(() => "answer" as const);
      const what: IteratorResult<Uint8Array> | "answer" =
        next && answers.length < ahead.lines && bytes < ahead.bytes
          ? await Promise.race([next, ...(first ? [first] : [])])
          : ((await first) as "answer");
      if (what === "answer") {
        const known = answers.shift() as (typeof answers)[number];
        bytes -= known.bytes;
        const answer = await known.answer;
        if (answer.outcome === "refused" || answer.outcome === "unknown") process.exitCode = 1;
        yield answer;
      } else if (what.done) next = undefined;
      else {
        line += 1;
        bytes += what.value.length;
        answers.push({ bytes: what.value.length, answer: post(line, what.value) });
        next = source.next();
      }
    }
  } finally {
    await batcher.close();
  }
}
