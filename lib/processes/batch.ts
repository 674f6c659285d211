import { type Hex, zeroHash } from "viem";
import type { EpochContent } from "@/lib/chain/facts";
import type { ChainView } from "@/lib/epochs/verify/chain-view";
import { openingLine } from "@/lib/epochs/verify/opening-line";
import { type Accepted, verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
import type { Refusal } from "@/lib/validators/verify";

/** The lines of the batch whose entries have this root, without their line feeds; fails when it cannot be had now. */
export type BatchOf = (entriesRoot: Hex) => AsyncIterable<string>;

/** The batch cannot be had or judged now: it is asked for again, and until then there is nothing to commit to. */
export class BatchUnavailable extends Error {
  override name = "BatchUnavailable";
}

export interface BatchPlace {
  chainId: bigint;
  epochManager: Hex;
}

export interface BatchVerdict {
  /** the validator's own digest of all entries, which it commits to before it shows it; zero of what has no end */
  entries: Hex;
  refusal: Refusal | undefined;
  /** where the next epoch has to begin, once this one is final */
  next: Accepted | undefined;
}

/** Who judges the batch behind a proposal. */
export interface BatchJudge {
  /** against the batch accepted last and the own node */
  judge(input: {
    epoch: EpochContent;
    previous: Accepted | undefined;
    chain: ChainView;
  }): Promise<BatchVerdict>;
  /** where a validator begins that was away when the last final epoch was judged */
  beginFrom(last: { digest: Hex; epoch: EpochContent }): Promise<Accepted>;
}

/** Recomputes every batch, line by line. */
export const recomputing = (batchOf: BatchOf, place: BatchPlace): BatchJudge => ({
  judge: (input) => judgeBatch({ ...input, batchOf, place }),
  beginFrom: (last) => beginFrom({ last, batchOf, place }),
});

async function judgeBatch(input: {
  epoch: EpochContent;
  batchOf: BatchOf;
  previous: Accepted | undefined;
  chain: ChainView;
  place: BatchPlace;
}): Promise<BatchVerdict> {
  const { epoch, batchOf, previous, chain, place } = input;
  const verdict = await verifyEpoch(batchOf(epoch.entriesRoot), { proposal: epoch, previous, chain, place });
  const { refusal, entries, next } = verdict;
  if (refusal?.reason === "block_unknown")
    throw new BatchUnavailable(`The own node has not come to block ${refusal.stated} of the batch.`);
  return {
    entries: entries?.digest ?? zeroHash,
    refusal: refusal && {
      reason: refusal.reason,
      stated: refusal.stated,
      recomputed: refusal.recomputed,
      line: refusal.at,
      ...(refusal.reason === "opening_differs" && (await openingNamed(input))),
    },
    next,
  };
}

/** Which balance it is: the roots alone say only that one is. The batch before is asked for once more. */
async function openingNamed(input: {
  epoch: EpochContent;
  batchOf: BatchOf;
  previous: Accepted | undefined;
}): Promise<Pick<Refusal, "stated" | "recomputed" | "line"> | undefined> {
  const { epoch, batchOf, previous } = input;
  if (!previous?.entriesRoot) return undefined;
  const found = await openingLine(batchOf(epoch.entriesRoot), batchOf(previous.entriesRoot));
  if (!found) return undefined;
  const account = `${found.asset} ${found.class}`;
  return {
    stated: `${account} ${found.openingMicros}`,
    recomputed: `${account} ${found.closedMicros}`,
    line: found.line,
  };
}

/** The batch behind roots that two thirds have signed, recomputed. One that does not hold is no beginning. */
async function beginFrom(input: {
  last: { digest: Hex; epoch: EpochContent };
  batchOf: BatchOf;
  place: BatchPlace;
}): Promise<Accepted> {
  const { last, batchOf, place } = input;
  const { next, refusal } = await verifyEpoch(batchOf(last.epoch.entriesRoot), {
    proposal: last.epoch,
    previous: undefined,
    chain: undefined,
    place,
  });
  if (!next)
    throw new BatchUnavailable(
      `The batch of the last final epoch does not hold: ${refusal?.reason}, stated ${refusal?.stated}.`,
    );
  return { ...next, digest: last.digest, proposedBlock: last.epoch.proposedBlock };
}
