import type { Hex } from "viem";
import type { EpochContent } from "@/lib/chain/facts";
import { entriesSeal } from "@/lib/epochs/entries";
import { BatchFormatError, decodePayout, entryLeaf, manifestLeaf, taxLeaf } from "@/lib/epochs/format/batch";
import { EntryTree } from "@/lib/epochs/format/tree";
import { decodeLeaf, FormatError } from "@/lib/ledger/seal/format";
import type { Refusal } from "@/lib/validators/verify";

/** The lines of the batch whose entries have this root, without their line feeds; fails when it cannot be had now. */
export type BatchOf = (entriesRoot: Hex) => AsyncIterable<string>;

/** The batch cannot be had now: it is asked for again, and until then there is nothing to commit to. */
export class BatchUnavailable extends Error {
  override name = "BatchUnavailable";
}

export interface BatchVerdict {
  /** the validator's own digest of all entries, which it commits to before it shows it */
  entries: Hex;
  refusal: Refusal | undefined;
}

/** Where the batch behind a proposal is fetched and judged: everything else is judged from the chain. */
export async function judgeBatch({
  epoch,
  batchOf,
}: {
  epoch: EpochContent;
  batchOf: BatchOf;
}): Promise<BatchVerdict> {
  const entries = await digestOf(batchOf(epoch.entriesRoot));
  const seal = entriesSeal(entries);
  const refusal: Refusal | undefined =
    seal === epoch.entriesSeal
      ? undefined
      : { reason: "entries_differ", stated: epoch.entriesSeal, recomputed: seal };
  return { entries, refusal };
}

/** Over every entry that can be read; what cannot be read is none, and makes another digest. */
async function digestOf(lines: AsyncIterable<string>): Promise<Hex> {
  const tree = new EntryTree();
  let manifest: string | undefined;
  for await (const line of lines) {
    manifest ??= line;
    const leaf = leafOf(line);
    if (leaf) tree.add(leaf);
  }
  if (manifest !== undefined) tree.add(manifestLeaf(manifest));
  return `0x${tree.digest().toString("hex")}`;
}

function leafOf(line: string): Buffer | undefined {
  try {
    if (line.startsWith('["payout"')) return taxLeaf(decodePayout(line));
    if (!line.startsWith('["event"')) return undefined;
    const leaf = decodeLeaf(line);
    return leaf.kind === "event" ? entryLeaf(leaf) : undefined;
  } catch (error) {
    if (error instanceof FormatError || error instanceof BatchFormatError) return undefined;
    throw error;
  }
}
