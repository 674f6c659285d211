import { randomUUID } from "node:crypto";
import { openBatcher } from "@/lib/ledger/batcher";
import { type AccountClass, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import type { Answer } from "@/lib/ledger/posting";

export type LineAnswer = { key: unknown } & Answer;

/** answers that may be outstanding while lines are read */
const ahead = 4_000;

/** What a line leaves out: its kind, its subject, who asks; a transfer by itself is an event of one. */
export function eventOfLine(line: unknown, requestId: string): unknown {
  if (line === null || typeof line !== "object" || Array.isArray(line)) return line;
  const { debit, credit, amount, asset, upTo, ...event } = line as Record<string, unknown>;
  // a chain would depend on which lines happen to meet in one statement
  delete event.linked;
  const transfers =
    debit === undefined && credit === undefined
      ? event.transfers
      : [{ debit, credit, amount, asset, ...(upTo !== undefined && { upTo }) }];
  return {
    kind: "cli-post",
    subject: typeof event.key === "string" ? event.key : "",
    actor: "cli",
    requestId,
    ...event,
    ...(Array.isArray(transfers) ? { transfers: transfers.map(withAsset) } : { transfers }),
  };
}

function withAsset(transfer: unknown): unknown {
  if (transfer === null || typeof transfer !== "object") return transfer;
  const own = transfer as { asset?: unknown; debit?: unknown; credit?: unknown };
  const [debit, credit] = [refOf(own.debit), refOf(own.credit)];
  const kind = chartOfAccounts[(debit as { class?: AccountClass } | undefined)?.class as AccountClass];
  return { ...own, debit, credit, asset: own.asset ?? kind?.asset };
}

/** "class" or "class owner" says the same as {class, owner}. */
function refOf(ref: unknown): unknown {
  if (typeof ref !== "string") return ref;
  const [name, ...owner] = ref.split(" ");
  return { class: name, ...(owner.length > 0 && { owner: owner.join(" ") }) };
}

/** Posts as lines come, and answers in their order as soon as each is known. */
export async function* postLines(lines: AsyncIterable<unknown>, url: string): AsyncIterable<LineAnswer> {
  const batcher = openBatcher(url, { name: "granary ledger post" });
  const requestId = `cli-${randomUUID()}`;
  const answers: Promise<LineAnswer>[] = [];
  const source = lines[Symbol.asyncIterator]();
  const post = async (line: unknown): Promise<LineAnswer> => {
    const answer = await batcher.postRaw(eventOfLine(line, requestId));
    return { key: (line as { key?: unknown } | null)?.key ?? null, ...answer };
  };
  try {
    let next: Promise<IteratorResult<unknown>> | undefined = source.next();
    while (next || answers.length > 0) {
      const first: Promise<"answer"> | undefined = answers[0]?.then(() => "answer" as const);
      const what: IteratorResult<unknown> | "answer" =
        next && answers.length < ahead
          ? await Promise.race([next, ...(first ? [first] : [])])
          : ((await first) as "answer");
      if (what === "answer") {
        const answer = await (answers.shift() as Promise<LineAnswer>);
        if (answer.outcome === "refused") process.exitCode = 1;
        yield answer;
      } else if (what.done) next = undefined;
      else {
        const answer = post(what.value);
        // whoever reads on notices; until then it is nobody's unhandled error
        answer.catch(() => {});
        answers.push(answer);
        next = source.next();
      }
    }
  } finally {
    await batcher.close();
  }
}
