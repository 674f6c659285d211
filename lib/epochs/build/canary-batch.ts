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
  /** closing_differs: a customer has a millionth of a dollar more than the entries gave */
  | { in: "balance"; place: number }
  /** tax_differs: a millionth less was withheld */
  | { in: "payout"; place: number }
  /** reserves_differ: only who asks a node of its own can know */
  | { in: "reserves"; place: number };

const pieceBytes = 1 << 20;
const linesAtOnce = 1_000;
const isOwed = ({ class: of }: AccountRow) => ["deposit", "holder"].includes(classRules[of]?.counts ?? "");
const canHold = (row: AccountRow) => isOwed(row) && row.closingMicros > 0n;
const canLack = (row: PayoutRow) => row.federalMicros > 0n;

/** What may be wrong with a batch, drawn; undefined for one with nothing in it. */
async function drawFault(
  path: string,
  manifest: Manifest,
  draw: (below: number) => number,
): Promise<Fault | undefined> {
  const able = { balance: 0, payout: 0, reserves: manifest.reserves.length };
  for await (const line of linesOf(path)) {
    if (line.startsWith('["payout"') && canLack(decodePayout(line))) able.payout += 1;
    else if (line.startsWith('["balance"') && canHold(decodeAccount(line))) able.balance += 1;
  }
  const kinds = (["balance", "payout", "reserves"] as const).filter((kind) => able[kind] > 0);
  const kind = kinds[draw(Math.max(1, kinds.length))];
  return kind && { in: kind, place: draw(able[kind]) };
}

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
      if (canLack(row) && fault.in === "payout" && seen.payout++ === fault.place) {
        row.federalMicros -= 1n;
        const { withheld } = manifest;
        manifest = { ...manifest, withheld: { ...withheld, federalMicros: withheld.federalMicros - 1n } };
      }
      entries.add(taxLeaf(row));
      return encodePayout(row);
    } else if (line.startsWith('["balance"')) {
      const row = decodeAccount(line);
      if (canHold(row) && fault.in === "balance" && seen.balance++ === fault.place) {
        row.closingMicros += 1n;
        const classes = manifest.classes.map((one) =>
          one.asset === row.asset && one.class === row.class
            ? { ...one, creditsMicros: one.creditsMicros + 1n }
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
      reserves: manifest.reserves.map((one, place) =>
        place === fault.place ? { ...one, lendableMicros: one.lendableMicros + 1n } : one,
      ),
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
