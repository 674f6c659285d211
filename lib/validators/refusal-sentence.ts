import { formatDollars } from "@/lib/money/format";
import type { ToldFinding } from "@/lib/validators/finding";
import { refusalWords } from "@/lib/validators/refusal-words";

const cents = { decimals: 2 } as const;
const dollars = (micros: bigint) => formatDollars(micros, micros % 10_000n === 0n ? cents : undefined);
const whole = (text: string): bigint | undefined => (/^-?\d+$/.test(text) ? BigInt(text) : undefined);

/** Classes of account that a stranger may be told of, in everyday words. */
const owners: Readonly<Record<string, string>> = {
  dollar_deposit: "a customer's dollars",
  wallet_mirror: "the tokens in a wallet",
  stake_mirror: "a stake",
  unbonding_mirror: "a stake under way out",
  tax_withheld: "tax that was withheld",
  reward_pool: "rewards that wait for their owners",
  fee_pot: "the pot of fees",
};

/** Which line it is about, with both figures, for somebody who is no engineer. Undefined: the reason alone says it all. */
export function entryNamed({ reason, stated, recomputed, line }: ToldFinding): string | undefined {
  const where = line === undefined ? "A line" : `Line ${line.toLocaleString("en-US")}`;
  if (reason === "opening_differs") {
    const [, accountClass = "", micros = ""] = stated.split(" ");
    const [opened, closed] = [whole(micros), whole(recomputed.split(" ").at(-1) ?? "")];
    if (opened === undefined || closed === undefined) return undefined;
    return `${where}, ${owners[accountClass] ?? "an account of the bank"}, begins at ${dollars(opened)}; the epoch before ended it at ${dollars(closed)}, and no entry lies between them.`;
  }
  if (reason === "leaf_missing") {
    const [, left, seal] = /^(\d+) more leaves of seal (\d+)$/.exec(recomputed) ?? [];
    if (!left || !seal) return undefined;
    const missing = left === "1" ? "one entry" : `${left} entries`;
    return `Seal ${seal} was closed over ${missing} more than the bank shows: something that was sealed has been left out before line ${(line ?? 0).toLocaleString("en-US")}.`;
  }
  if (reason === "chain_supply_differs" || reason === "supply_differs") {
    const [books, chain] = [whole(stated), whole(recomputed)];
    if (books === undefined || chain === undefined) return undefined;
    return `The books say ${dollars(books)} in tokens were issued; the chain has ${dollars(chain)}. ${dollars(books > chain ? books - chain : chain - books)} ${books > chain ? "came from nowhere" : "are missing"}.`;
  }
  if (reason === "tax_differs") {
    const [paid, due] = [stated, recomputed].map((text) => text.split(" ").map(whole));
    if (!paid || !due || paid.length !== 3 || due.length !== 3) return undefined;
    const levels = ["federal", "state", "local"] as const;
    const short = levels.flatMap((level, at) => {
      const [own, right] = [paid[at], due[at]];
      return own === undefined || right === undefined || own === right
        ? []
        : [`${dollars(own)} of ${level} tax where ${dollars(right)} is due`];
    });
    return short.length > 0 ? `${where}, a payout, withholds ${short.join(", and ")}.` : undefined;
  }
  return undefined;
}

/** One plain sentence of a finding: what is wrong, and where. */
export const refusalSentence = (finding: ToldFinding): string =>
  entryNamed(finding) ?? refusalWords[finding.reason] ?? `${finding.reason.replaceAll("_", " ")}.`;
