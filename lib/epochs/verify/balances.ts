import { type AccountRow, balanceLeaf, type ClassTotal, type Manifest } from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { type SumNode, SumTree } from "@/lib/epochs/format/tree";
import type { Findings } from "@/lib/epochs/verify/findings";
import type { Moves } from "@/lib/epochs/verify/moves";
import { PreviousLeaves } from "@/lib/epochs/verify/previous-leaves";

export interface Sum {
  asset: string;
  class: string;
  accounts: bigint;
  debitsMicros: bigint;
  creditsMicros: bigint;
}

/** The balances of a batch, line by line, against what the entries moved and against the last tree. */
export class Balances {
  readonly closing = new Map<string, Sum>();
  readonly opening = new Map<string, Sum>();
  readonly tree = new SumTree();
  private readonly leavesBefore = new PreviousLeaves();
  private lastName = "";

  constructor(
    private readonly manifest: Manifest,
    private readonly moved: Moves[],
    private readonly findings: Findings,
  ) {}

  read(row: AccountRow): void {
    const { findings, manifest } = this;
    const rule = Object.hasOwn(classRules, row.class) ? classRules[row.class] : undefined;
    if (!rule) {
      findings.add("class_unknown", row.class);
      return;
    }
    findings.same("asset_differs", row.asset, rule.asset);
    const name = row.names.at(-1) ?? "";
    if (row.names.length !== manifest.periods.length || name === "") {
      findings.add("names_wrong", row.names.length, manifest.periods.length);
      return;
    }
    if (name === this.lastName) findings.add("balance_twice", name, "once");
    else if (name < this.lastName) findings.add("balance_out_of_order", name, `after ${this.lastName}`);
    this.lastName = name;

    let micros = row.openingMicros;
    let hasMoved = false;
    for (const [at, one] of row.names.entries()) {
      const moves = this.moved[at] as Moves;
      const place = moves.find(one);
      if (place === undefined) continue;
      findings.same("account_in_two_classes", row.class, moves.classOf(place));
      const moved = moves.take(place);
      if (moved === undefined) continue;
      hasMoved = true;
      micros += moved;
    }
    findings.same("closing_differs", row.closingMicros, micros);
    if (!hasMoved && row.openingMicros === 0n && row.closingMicros === 0n)
      findings.add("balance_idle", name, "no line for what neither stands nor moves");
    if (row.closingMicros < 0n && !rule.isEitherSide)
      findings.add("negative_balance", row.closingMicros, "zero or more");
    if (rule.counts === "under_way") findings.same("under_way_left", row.closingMicros, 0n);
    if ((row.openingMicros === 0n) !== (row.previousName === ""))
      findings.add("names_wrong", row.previousName || "no previous name", `opens at ${row.openingMicros}`);

    count(this.opening, row, row.openingMicros, rule.side);
    count(this.closing, row, row.closingMicros, rule.side);
    if (rule.counts !== "deposit" && rule.counts !== "holder") return;
    if (row.openingMicros !== 0n && row.previousName !== "")
      this.leavesBefore.add(row.previousName, rule.asset, row.openingMicros);
    if (row.closingMicros !== 0n)
      this.tree.add(balanceLeaf(name, row.asset, row.closingMicros), row.closingMicros);
  }

  /** After the last line: everything that moved has one, and what stood before is what was settled before. */
  end(previousClasses: readonly ClassTotal[] | undefined): void {
    const { findings, manifest } = this;
    for (const names of this.moved)
      for (const { alias, class: of, micros } of names.left()) {
        findings.add("balance_missing", "no line", `${of} ${alias} moved ${micros}`);
        if (findings.told.length >= 20) break;
      }
    if (BigInt(manifest.previous.digest) === 0n) {
      for (const { class: of } of this.opening.values())
        findings.add("previous_not_empty", `${of} opens with something`, "nothing");
    } else {
      const before = this.leavesBefore.root();
      const stated: SumNode = {
        hash: Buffer.from(manifest.previous.liabilitiesRoot.slice(2), "hex"),
        sum: manifest.previous.liabilitiesMicros,
      };
      if (!before.hash.equals(stated.hash))
        findings.add("opening_differs", stated.hash.toString("hex"), before.hash.toString("hex"));
      else findings.same("opening_differs", stated.sum, before.sum);
      checkEven("opening_class_differs", this.opening, findings);
      if (previousClasses) compareSums("opening_class_differs", previousClasses, this.opening, findings);
    }
  }

  sumOf(counts: string, asset: string): bigint {
    let sum = 0n;
    for (const one of this.closing.values()) {
      const rule = classRules[one.class];
      if (rule?.counts !== counts || rule.asset !== asset) continue;
      sum += (one.creditsMicros - one.debitsMicros) * (rule.side === "credit" ? 1n : -1n);
    }
    return sum;
  }
}

function count(sums: Map<string, Sum>, row: AccountRow, micros: bigint, side: "debit" | "credit"): void {
  if (micros === 0n) return;
  let sum = sums.get(row.class);
  if (!sum) {
    sum = { asset: row.asset, class: row.class, accounts: 0n, debitsMicros: 0n, creditsMicros: 0n };
    sums.set(row.class, sum);
  }
  sum.accounts += 1n;
  if ((side === "debit") === micros > 0n) sum.debitsMicros += micros > 0n ? micros : -micros;
  else sum.creditsMicros += micros > 0n ? micros : -micros;
}

const sumText = (one: Sum | ClassTotal | undefined): string =>
  one
    ? `${one.asset} ${one.class} ${one.accounts} ${one.debitsMicros} ${one.creditsMicros}`
    : "no such class";

/** Class by class, in the one order. */
export function compareSums(
  reason: "class_total_differs" | "opening_class_differs",
  stated: readonly ClassTotal[],
  sums: ReadonlyMap<string, Sum>,
  findings: Findings,
): void {
  const own = [...sums.values()].sort((one, other) =>
    one.asset === other.asset ? compare(one.class, other.class) : compare(one.asset, other.asset),
  );
  for (let at = 0; at < Math.max(own.length, stated.length); at++)
    if (sumText(stated[at]) !== sumText(own[at])) findings.add(reason, sumText(stated[at]), sumText(own[at]));
}
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What stands on the debit side stands on the credit side too, asset by asset. */
export function checkEven(
  reason: "assets_uneven" | "opening_class_differs",
  sums: ReadonlyMap<string, Sum>,
  findings: Findings,
): void {
  const debits = new Map<string, bigint>();
  for (const one of sums.values())
    debits.set(one.asset, (debits.get(one.asset) ?? 0n) + one.debitsMicros - one.creditsMicros);
  for (const [asset, left] of debits)
    if (left !== 0n) findings.add(reason, `${asset} ${left} more debits than credits`, "none");
}
