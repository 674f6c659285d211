import { type Hex, zeroHash } from "viem";
import { entriesSeal } from "@/lib/epochs/entries";
import { BatchFormatError, decodePayout, entryLeaf, manifestLeaf, taxLeaf } from "@/lib/epochs/format/batch";
import { EntryTree } from "@/lib/epochs/format/tree";
import { decodeLeaf, FormatError } from "@/lib/ledger/seal/format";
import type { BatchJudge, BatchOf } from "@/lib/processes/batch";

/** For tests of how votes are cast: looks at nothing of a batch but whether its entries are those that were sealed. */
export const onlyReading = (batchOf: BatchOf): BatchJudge => ({
  async judge({ epoch }) {
    const entries = await digestOf(batchOf(epoch.entriesRoot));
    const seal = entriesSeal(entries);
    return {
      entries,
      refusal:
        seal === epoch.entriesSeal
          ? undefined
          : { reason: "entries_seal_differs", stated: epoch.entriesSeal, recomputed: seal },
      next: undefined,
    };
  },
  async beginFrom({ digest, epoch }) {
    return {
      ...{ number: epoch.number, digest, proposedBlock: epoch.proposedBlock, bankId: "", seal: 0n, log: [] },
      ...{ booksRoot: zeroHash, toXact: undefined, period: undefined, block: 0n, liabilitiesRoot: zeroHash },
      ...{ liabilitiesMicros: 0n, classes: [], payouts: undefined },
    };
  },
});

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
