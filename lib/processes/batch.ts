import type { Hex } from "viem";
import type { EpochContent } from "@/lib/chain/facts";
import { entriesDigest, entriesSeal } from "@/lib/epochs/entries";
import type { Refusal } from "@/lib/validators/verify";

export interface BatchVerdict {
  /** the validator's own digest of all entries, which it commits to before it shows it */
  entries: Hex;
  refusal: Refusal | undefined;
}

/** Where the batch behind a proposal is fetched and judged: everything else is judged from the chain. */
export async function judgeBatch({ epoch }: { epoch: EpochContent; bank?: string }): Promise<BatchVerdict> {
  const entries = entriesDigest(epoch.booksRoot);
  const seal = entriesSeal(entries);
  const refusal: Refusal | undefined =
    seal === epoch.entriesSeal
      ? undefined
      : { reason: "entries_differ", stated: epoch.entriesSeal, recomputed: seal };
  return { entries, refusal };
}
