import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { bankNow } from "@/db/columns";
import { dollarTransfer } from "@/db/schema/collateral";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { dollarsOutReturned, dollarsOutSettled } from "@/lib/ledger/recipes/dollars-out";
import { microsPerCent } from "@/lib/money/math";
import type { Ach, AchOutcome } from "@/lib/vendors/ach/contract";
import { fakeAch } from "@/lib/vendors/ach/fake";

type Row = typeof dollarTransfer.$inferSelect;
export type TransferView = Pick<
  Row,
  "direction" | "state" | "amountMicros" | "railReference" | "settledAt"
> & {
  transferId: string;
};

/** Only the demo has a rail so far; production says so instead of pretending. */
function rail(): Ach {
  if (!env.isDemo) throw new AppError("partner_down");
  return fakeAch(() => new Date());
}

/**
 * Asks the rail about a transfer that is written down, and books its answer once. The rail knows the transfer by its
 * id, so asking again moves nothing twice; a sweep calls this for transfers that got stuck between two steps.
 */
export async function settleTransfer(
  ctx: CommandContext,
  input: { transferId: string },
  ach: () => Ach = rail,
): Promise<TransferView> {
  const [row] = await ctx.db.select().from(dollarTransfer).where(eq(dollarTransfer.id, input.transferId));
  const isOwn =
    ctx.actor.kind === "system" || (ctx.actor.kind === "customer" && ctx.actor.profileId === row?.profileId);
  if (!row || !isOwn) throw new AppError("not_found");
  if (row.state !== "initiated") return viewOf(row);

  const order = { key: row.id, amountCents: row.amountMicros / microsPerCent };
  const outcome = row.direction === "in" ? await ach().debit(order) : await ach().credit(order);
  failpoint("transfer.rail-answered");
  if (outcome.status === "pending") return viewOf(row);
  return inTransaction(ctx.db, async (tx) => {
    const [locked] = await tx
      .select()
      .from(dollarTransfer)
      .where(eq(dollarTransfer.id, row.id))
      .for("no key update");
    if (locked?.state !== "initiated") return viewOf(locked ?? row);
    await book(tx, ctx, locked, outcome);
    const [settled] = await tx
      .update(dollarTransfer)
      .set({ state: outcome.status, railReference: outcome.reference, settledAt: bankNow })
      .where(eq(dollarTransfer.id, row.id))
      .returning();
    await recordAudit(tx, ctx, {
      command: "settle-transfer",
      subject: `dollar_transfer:${row.id}`,
      permission: "dollars:bring",
      detail: { state: outcome.status, reference: outcome.reference },
    });
    return viewOf(settled ?? locked);
  });
}

async function book(tx: Tx, ctx: CommandContext, row: Row, outcome: AchOutcome) {
  const isIn = row.direction === "in";
  const isReturned = outcome.status === "returned";
  if (isIn && isReturned) return;
  const event = isIn ? "bring-dollars" : isReturned ? "dollars-out-returned" : "dollars-out-settled";
  const recipe = isIn ? bringDollars : isReturned ? dollarsOutReturned : dollarsOutSettled;
  await post(tx, {
    key: `${event}:${row.id}`,
    event,
    subject: `dollar_transfer:${row.id}`,
    actor: ctx.actor,
    requestId: row.requestId,
    transfers: recipe(row),
  });
}

const viewOf = (row: Row): TransferView => ({
  transferId: row.id,
  direction: row.direction,
  state: row.state,
  amountMicros: row.amountMicros,
  railReference: row.railReference,
  settledAt: row.settledAt,
});
