import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import { joinParts, openPart } from "@/lib/epochs/build/batch-file";
import {
  type AccountRow,
  balanceLeaf,
  decodeAccount,
  decodeManifest,
  decodePayout,
  encodeAccount,
  encodeManifest,
  encodePayout,
  entryLeaf,
  type Manifest,
  manifestLeaf,
  type PayoutRow,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { linesIn } from "@/lib/epochs/format/lines";
import { EntryTree, SumTree } from "@/lib/epochs/format/tree";
import { decodeLeaf } from "@/lib/ledger/seal/format";

/** A canary's one fault; whoever looks refuses it for the reason beside it. Places are counted among what can have it. */
export type Fault =
  /** closing_differs: a customer has a millionth of a dollar more than the entries gave, and `other` of the class one less */
  | { in: "balance"; place: number; other: number | undefined }
  /** tax_differs: a millionth less was withheld, and of `other` one more */
  | { in: "payout"; place: number; other: number | undefined }
  /** reserves_differ: a millionth more can be lent of a class, and of `other` one less; who asks a node of its own knows */
  | { in: "reserves"; place: number; other: number | undefined };

const pieceBytes = 1 << 20;
const linesAtOnce = 1_000;
const isOwed = ({ class: of }: AccountRow) => ["deposit", "holder"].includes(classRules[of]?.counts ?? "");
/** one less must not empty it */
const canHold = (row: AccountRow) => isOwed(row) && row.closingMicros > 1n;
const canLack = (row: PayoutRow) => row.federalMicros > 0n;

/**
 * What may be wrong with a batch, drawn; undefined for one with nothing in it. Where there is another to give what one gets,
 * every total stays as it was: the first line alone, which everybody may add up, tells nothing.
 */
async function drawFault(
  path: string,
  manifest: Manifest,
  draw: (below: number) => number,
): Promise<Fault | undefined> {
  const alike = new Map<string, number[]>();
  let [balances, payouts] = [0, 0];
  for await (const line of linesOf(path)) {
    if (line.startsWith('["payout"') && canLack(decodePayout(line))) payouts += 1;
    else if (line.startsWith('["balance"')) {
      const row = decodeAccount(line);
      if (!canHold(row)) continue;
      const key = `${row.asset} ${row.class}`;
      const places = alike.get(key);
      if (places) places.push(balances);
      else alike.set(key, [balances]);
      balances += 1;
    }
  }
  const able = { balance: balances, payout: payouts, reserves: manifest.reserves.length };
  const kinds = (["balance", "payout", "reserves"] as const).filter((kind) => able[kind] > 0);
  const kind = kinds[draw(Math.max(1, kinds.length))];
  if (!kind) return undefined;
  const classes = [...alike.values()];
  const shared = classes.filter((places) => places.length > 1);
  const pickPair = (places: readonly number[]) => {
    const at = draw(places.length);
    const other = places.length > 1 ? (at + 1 + draw(places.length - 1)) % places.length : undefined;
    return { place: places[at] as number, other: other === undefined ? undefined : places[other] };
  };
  if (kind === "balance") {
    const among = shared.length > 0 ? shared : classes;
    return { in: kind, ...pickPair(among[draw(among.length)] as number[]) };
  }
  if (kind === "payout") return { in: kind, ...pickPair(Array.from({ length: payouts }, (_, i) => i)) };
  const place = draw(able.reserves);
  const others = manifest.reserves.flatMap((one, at) =>
    at !== place && one.lendableMicros > 0n ? [at] : [],
  );
  return { in: kind, place, other: others.length > 0 ? others[draw(others.length)] : undefined };
}

/** What a line of the kind gets more, or less. */
const changeOf = (fault: Fault, kind: Fault["in"], place: number): bigint => {
  if (fault.in !== kind) return 0n;
  if (place === fault.place) return kind === "payout" ? -1n : 1n;
  if (place === fault.other) return kind === "payout" ? 1n : -1n;
  return 0n;
};

const linesOf = (path: string) => linesIn(createReadStream(path, { highWaterMark: pieceBytes }));

export interface CanaryBatch {
  fault: Fault;
  file: string;
  manifest: string;
  entriesRoot: Buffer;
  entriesDigest: Buffer;
  liabilitiesRoot: Buffer;
  liabilitiesMicros: bigint;
}

/**
 * An honest batch with one fault, its roots and totals made to fit, so that nothing but recomputing tells it from an honest
 * one. `draw` decides what is wrong, and where: a number below the given one.
 */
export async function writeCanary(of: {
  folder: string;
  honest: { file: string; manifest: string; number: bigint; seal: bigint };
  draw: (below: number) => number;
}): Promise<CanaryBatch | undefined> {
  const { folder, honest } = of;
  const from = join(folder, honest.file);
  let manifest = decodeManifest(honest.manifest);
  const fault = await drawFault(from, manifest, of.draw);
  if (!fault) return undefined;
  const file = `canary-${honest.number}-${honest.seal}.jsonl`;
  const rest = join(folder, `${file}.balances`);
  const [entries, balances] = [new EntryTree(), new SumTree()];
  const seen = { balance: 0, payout: 0 };
  const falsified = (line: string): string => {
    if (line.startsWith('["event"')) {
      const leaf = decodeLeaf(line);
      const bytes = leaf.kind === "event" ? entryLeaf(leaf) : undefined;
      if (bytes) entries.add(bytes);
    } else if (line.startsWith('["payout"')) {
      const row = decodePayout(line);
      const change = canLack(row) ? changeOf(fault, "payout", seen.payout++) : 0n;
      if (change !== 0n) {
        row.federalMicros += change;
        const { withheld } = manifest;
        manifest = { ...manifest, withheld: { ...withheld, federalMicros: withheld.federalMicros + change } };
      }
      entries.add(taxLeaf(row));
      return encodePayout(row);
    } else if (line.startsWith('["balance"')) {
      const row = decodeAccount(line);
      const change = canHold(row) ? changeOf(fault, "balance", seen.balance++) : 0n;
      if (change !== 0n) {
        row.closingMicros += change;
        const classes = manifest.classes.map((one) =>
          one.asset === row.asset && one.class === row.class
            ? { ...one, creditsMicros: one.creditsMicros + change }
            : one,
        );
        manifest = { ...manifest, classes };
      }
      if (isOwed(row) && row.closingMicros !== 0n)
        balances.add(
          balanceLeaf(row.names.at(-1) as string, row.asset, row.closingMicros),
          row.closingMicros,
        );
      return encodeAccount(row);
    }
    return line;
  };
  const part = openPart(rest);
  try {
    let lines: string[] = [];
    let isManifest = true;
    for await (const line of linesOf(from)) {
      if (!isManifest) lines.push(falsified(line));
      isManifest = false;
      if (lines.length === linesAtOnce) {
        part.write(lines);
        lines = [];
      }
    }
    part.write(lines);
  } finally {
    part.close();
  }
  if (fault.in === "reserves")
    manifest = {
      ...manifest,
      reserves: manifest.reserves.map((one, place) => ({
        ...one,
        lendableMicros: one.lendableMicros + changeOf(fault, "reserves", place),
      })),
    };
  const { hash, sum } = balances.root();
  const written = encodeManifest({
    ...manifest,
    liabilitiesRoot: `0x${hash.toString("hex")}`,
    liabilitiesMicros: sum,
  });
  entries.add(manifestLeaf(written));
  joinParts(join(folder, file), [{ lines: [written] }, rest]);
  rmSync(rest);
  return {
    fault,
    file,
    manifest: written,
    entriesRoot: entries.root(),
    entriesDigest: entries.digest(),
    liabilitiesRoot: hash,
    liabilitiesMicros: sum,
  };
}
