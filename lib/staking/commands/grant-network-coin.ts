import { eq, sql } from "drizzle-orm";
import { BaseError, type PublicClient } from "viem";
import { wallet as walletTable } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { AppError } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { bankTime } from "@/lib/state-profile/queries";

/** House rule (ECONOMICS 12): enough for some dozens of steps, again only when nearly used up, at most twice a day. */
export const grantRule = {
  belowWei: 4_000_000_000_000_000n,
  grantWei: 20_000_000_000_000_000n,
  everySeconds: 12 * 60 * 60,
} as const;

export type GrantResult =
  | { outcome: "granted"; intentId: string }
  | { outcome: "enough" | "too_soon" | "not_verified" };

/** A small grant of the network's coin to a verified wallet that has nearly none. */
export async function grantNetworkCoin(
  ctx: CommandContext,
  input: { walletId: string; client: PublicClient; deployment: Deployment },
): Promise<GrantResult> {
  requirePermission(ctx.actor, "faucet:grant");
  const [known] = await ctx.db.select().from(walletTable).where(eq(walletTable.id, input.walletId));
  if (known?.status !== "verified") return { outcome: "not_verified" };
  const now = await bankTime(ctx.db);
  const lastMs = known.lastGrantAt?.getTime() ?? 0;
  if (now.getTime() - lastMs < grantRule.everySeconds * 1000) return { outcome: "too_soon" };
  const held = await input.client.getBalance({ address: known.address }).catch((cause: unknown) => {
    throw cause instanceof BaseError ? new AppError("chain_down", undefined, { cause }) : cause;
  });
  if (held >= grantRule.belowWei) return { outcome: "enough" };

  return await ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select().from(walletTable).where(eq(walletTable.id, known.id)).for("update");
    if (locked?.status !== "verified") return { outcome: "not_verified" };
    if (locked.lastGrantAt?.getTime() !== known.lastGrantAt?.getTime()) return { outcome: "too_soon" };
    const intentId = await enqueue(tx, {
      kind: "faucet.grant",
      businessKey: `grant:${known.id}:${Math.floor(now.getTime() / 1000)}`,
      sender: "faucet",
      to: known.address,
      data: "0x",
      valueWei: grantRule.grantWei,
      requestId: ctx.requestId,
    });
    failpoint("grant.asked");
    await tx.update(walletTable).set({ lastGrantAt: sql`bank.now()` }).where(eq(walletTable.id, known.id));
    await recordAudit(tx, ctx, {
      command: "grantNetworkCoin",
      subject: `wallet:${known.id}`,
      permission: "faucet:grant",
      detail: { grantWei: grantRule.grantWei.toString() },
    });
    return { outcome: "granted", intentId };
  });
}
