import { eq } from "drizzle-orm";
import type { Address, PublicClient } from "viem";
import { person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { identityRegistryAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { identityStatuses } from "@/lib/chain/facts";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { AppError } from "@/lib/errors";

export interface OperatorAccount {
  profileId: string;
  walletId: string;
  address: Address;
}

/** Demo only: an operator's company banks here too. Its wallet is verified on chain already; the books learn it from there. */
export async function openOperatorAccount(
  ctx: CommandContext,
  input: { address: Address; name: string; client: PublicClient; deployment: Deployment },
): Promise<OperatorAccount> {
  requirePermission(ctx.actor, "profile:open");
  const identity = await input.client.readContract({
    address: input.deployment.contracts.identityRegistry,
    abi: identityRegistryAbi,
    functionName: "identityOf",
    args: [input.address],
  });
  if (identityStatuses[identity.status] !== "verified") throw new AppError("not_verified");
  return inTransaction(ctx.db, async (tx) => {
    const { profileId, walletId, address, isNew } = await openProfile(tx, ctx, input);
    if (!isNew) return { profileId, walletId, address };
    const [own] = await tx
      .update(profile)
      .set({ name: "Company", identityState: "verified" })
      .where(eq(profile.id, profileId))
      .returning({ personId: profile.personId });
    await tx
      .update(person)
      .set({ kind: "organisation", fullName: input.name })
      .where(eq(person.id, own?.personId as string));
    await tx
      .update(wallet)
      .set({
        status: "verified",
        identityId: identity.id,
        rateClass: identity.rateClass,
        expiresAt: new Date(Number(identity.expiresAt) * 1000),
      })
      .where(eq(wallet.id, walletId));
    await recordAudit(tx, ctx, {
      command: "openOperatorAccount",
      subject: `profile:${profileId}`,
      permission: "profile:open",
      detail: { walletId },
    });
    return { profileId, walletId, address };
  });
}
