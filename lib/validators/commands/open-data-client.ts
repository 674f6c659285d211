import { eq, sql } from "drizzle-orm";
import { type Address, encodeFunctionData } from "viem";
import { person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { identityRegistryAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { identityKinds } from "@/lib/chain/facts";
import { enqueue } from "@/lib/chain/outbox";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { identityValidDays } from "@/lib/customers/identity-id";
import { grantRule } from "@/lib/staking/commands/grant-network-coin";

export const dataClientName = "Data client (demo)";

export interface DataClient {
  profileId: string;
  walletId: string;
  address: Address;
  isVerified: boolean;
}

/** Demo only: opens the data client's profile as an organisation and asks the chain to verify its wallet. Once. */
export async function openDataClient(
  ctx: CommandContext,
  input: { address: Address; now: Date; deployment: Deployment },
): Promise<DataClient> {
  requirePermission(ctx.actor, "profile:open");
  return inTransaction(ctx.db, async (tx) => {
    const { profileId, walletId, address } = await openProfile(tx, ctx, input);
    const [own] = await tx.select().from(wallet).where(eq(wallet.id, walletId)).for("update");
    if (own?.status !== "new")
      return { profileId, walletId, address, isVerified: own?.status === "verified" };
    const [{ personId } = { personId: "" }] = await tx
      .update(profile)
      .set({ name: dataClientName, identityState: "approved" })
      .where(eq(profile.id, profileId))
      .returning({ personId: profile.personId });
    await tx
      .update(person)
      .set({ kind: "organisation", fullName: "Tidewater Records, Inc. (demo)" })
      .where(eq(person.id, personId));
    const expiresAt = BigInt(Math.floor(input.now.getTime() / 1000) + identityValidDays * 86_400);
    const kind = identityKinds.indexOf("organisation");
    const registered = await enqueue(tx, {
      kind: "identity.register",
      businessKey: `identity:register:data-client:${walletId}`,
      sender: "registrar",
      to: input.deployment.contracts.identityRegistry,
      data: encodeFunctionData({
        abi: identityRegistryAbi,
        functionName: "register",
        args: [address, own.identityId, kind, 1, 0, expiresAt],
      }),
      requestId: ctx.requestId,
    });
    await enqueue(tx, {
      kind: "faucet.grant",
      businessKey: `grant:first:${walletId}`,
      sender: "faucet",
      to: address,
      data: "0x",
      valueWei: grantRule.grantWei,
      requestId: ctx.requestId,
      afterIntentId: registered,
    });
    await tx
      .update(wallet)
      .set({ status: "registering", lastGrantAt: sql`bank.now()` })
      .where(eq(wallet.id, walletId));
    await recordAudit(tx, ctx, {
      command: "openDataClient",
      subject: `profile:${profileId}`,
      permission: "profile:open",
      detail: { walletId },
    });
    return { profileId, walletId, address, isVerified: false };
  });
}
