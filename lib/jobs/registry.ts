import { attestReserves } from "@/lib/jobs/attest-reserves";
import { clearOldBatches } from "@/lib/jobs/clear-batches";
import { epochTick } from "@/lib/jobs/epoch-tick";
import { fundDataClient } from "@/lib/jobs/fund-data-client";
import type { Job } from "@/lib/jobs/job";
import { keepLedger } from "@/lib/jobs/keep-ledger";
import { keepPathsReady } from "@/lib/jobs/keep-paths";
import { mineWhileWaiting } from "@/lib/jobs/mine-while-waiting";
import { prepareNextBatch } from "@/lib/jobs/prepare-batch";
import { receiptPositions } from "@/lib/jobs/receipt-positions";
import { reconcileBooks } from "@/lib/jobs/reconcile-books";
import { releaseReserves } from "@/lib/jobs/release-reserves";
import { sealLedger } from "@/lib/jobs/seal-ledger";
import { sweepStuck } from "@/lib/jobs/sweep-stuck";
import { sweepTaxes } from "@/lib/jobs/sweep-taxes";
import { topUp } from "@/lib/jobs/top-up";
import { yearEndClaims } from "@/lib/jobs/year-end-claims";

/** Everything that runs by itself. */
export const jobs: readonly Job[] = [
  mineWhileWaiting,
  receiptPositions,
  releaseReserves,
  epochTick,
  topUp,
  attestReserves,
  reconcileBooks,
  sealLedger,
  prepareNextBatch,
  keepLedger,
  clearOldBatches,
  keepPathsReady,
  sweepTaxes,
  sweepStuck,
  fundDataClient,
  yearEndClaims,
];
