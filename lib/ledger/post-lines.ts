import { randomUUID } from "node:crypto";
import { openBatcher } from "@/lib/ledger/batcher";
import type { Answer } from "@/lib/ledger/posting";
import { readLine } from "@/lib/ledger/read-line";

export type LineAnswer = { line: number; key: string | null } & Answer;

/** answers that may be outstanding while lines are read, and the bytes of their lines */
const ahead = { lines: 4_000, bytes: 16 << 20 };

/** Posts as lines come, and answers each in their order as soon as it is known; one that is refused leaves the others alone. */
export async function* postLines(lines: AsyncIterable<Uint8Array>, url: string): AsyncIterable<LineAnswer> {
  const batcher = openBatcher(url, { name: "granary ledger post" });
  const requestId = `cli-${randomUUID()}`;
  const answers: { bytes: number; answer: Promise<LineAnswer> }[] = [];
  let bytes = 0;
  let line = 0;
  const source = lines[Symbol.asyncIterator]();
  const post = async (number: number, given: Uint8Array): Promise<LineAnswer> => {
    const read = readLine(given, requestId);
    const answer: Answer =
      "fault" in read ? { outcome: "refused", ...read.fault } : await batcher.postRaw(read.payload);
    return { line: number, key: read.key, ...answer };
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
        if (answer.outcome === "refused") process.exitCode = 1;
        yield answer;
      } else if (what.done) next = undefined;
      else {
        line += 1;
        bytes += what.value.length;
        const answer = post(line, what.value);
        // whoever reads on notices; until then it is nobody's unhandled error
        answer.catch(() => {});
        answers.push({ bytes: what.value.length, answer });
        next = source.next();
      }
    }
  } finally {
    await batcher.close();
  }
}
