import { nextEpoch } from "@/lib/epochs/queries";
import type { Job } from "@/lib/jobs/job";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";

/** What was committed some seconds ago is sealed; the names of accounts in the batches change with every epoch. */
export const sealLedger: Job = {
  name: "seal-ledger",
  everySeconds: 3,
  async run({ db, sealFolder }, ctx) {
    await sealBooks(ctx, { folder: sealFolder, period: await nextEpoch(db) });
  },
};
