import { and, asc, eq, inArray, lt, sql } from "drizzle-orm";
import { outboxIntent } from "@/db/schema/chain";
import { dollarTransfer } from "@/db/schema/collateral";
import { rateWindow, siweNonce } from "@/db/schema/staff";
import { expireApprovals } from "@/lib/approvals/commands/expire-approvals";
import { eachOnItsOwn } from "@/lib/jobs/each-on-its-own";
import type { Job } from "@/lib/jobs/job";
import { log } from "@/lib/log";
import { settleTransfer } from "@/lib/transfers/commands/settle-transfer";

/** A transfer that a crash left between two steps is asked about again after a minute; a rail answers within seconds. */
const transferAge = sql`bank.now() - interval '1 minute'`;
/** A chain effect is final within seconds here and within minutes elsewhere; ten minutes is somebody's business. */
const intentAge = sql`clock_timestamp() - interval '10 minutes'`;
/** Single-use sign-in messages and rate windows live for minutes; a day keeps them long enough to be looked at. */
const rubbishAge = sql`clock_timestamp() - interval '1 day'`;

/** Picks up what got stuck, says what stays stuck, and clears what has had its day. */
export const sweepStuck: Job = {
  name: "sweep-stuck",
  everySeconds: 60,
  async run({ db }, ctx) {
    const transfers = await db
      .select({ transferId: dollarTransfer.id })
      .from(dollarTransfer)
      .where(and(eq(dollarTransfer.state, "initiated"), lt(dollarTransfer.initiatedAt, transferAge)))
      .orderBy(asc(dollarTransfer.initiatedAt))
      .limit(100);
    const stuck = await db
      .select({ id: outboxIntent.id, kind: outboxIntent.kind, state: outboxIntent.state })
      .from(outboxIntent)
      .where(
        and(
          inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]),
          lt(outboxIntent.createdAt, intentAge),
        ),
      )
      .limit(20);
    if (stuck.length > 0) log.error({ stuck }, "chain effects are stuck");
    await db.transaction(async (tx) => {
      await tx.delete(siweNonce).where(lt(siweNonce.expiresAt, rubbishAge));
      await tx.delete(rateWindow).where(lt(rateWindow.startedAt, rubbishAge));
    });
    await expireApprovals(ctx);
    await eachOnItsOwn(transfers, (one) => settleTransfer(ctx, one));
  },
};
