import type { Job } from "@/lib/jobs/job";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";

/** Chain against ledger, every minute: a thief has no time to leave. */
export const reconcileBooks: Job = {
  name: "reconcile-books",
  everySeconds: 60,
  async run({ client, deployment }, ctx) {
    await reconcile(ctx, { client, deployment });
  },
};
