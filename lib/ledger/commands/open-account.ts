import type { Tx } from "@/db/client";
import type { ApprovalPayload } from "@/lib/approvals/payload";
import type { CommandContext } from "@/lib/auth/actor";
import { changeState } from "@/lib/ledger/commands/set-account-state";

/** The second person said yes: the frozen account gives again, if it is still as it was when they were asked. */
export async function openAccount(tx: Tx, ctx: CommandContext, payload: ApprovalPayload): Promise<void> {
  await changeState(tx, ctx, {
    accountId: String(payload.accountId),
    from: String(payload.from),
    to: String(payload.to),
    reason: String(payload.reason),
    command: "open-account",
    permission: "approval:decide",
  });
}
