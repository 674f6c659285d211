import { and, eq } from "drizzle-orm";
import { type Address, type Hex, isAddressEqual } from "viem";
import type { Executor } from "@/db/client";
import { collateralPosition, issuance } from "@/db/schema/collateral";
import { approval } from "@/db/schema/control";
import { wallet } from "@/db/schema/customers";
import { approvalAboveMicros } from "@/lib/collateral/limits";

type MintArguments = readonly [to: Address, micros: bigint, positionId: Hex, issuanceId: Hex];

/** Calls that are signed only for the act in the books that asked for them; the others carry a partner's signature or a cap. */
const acts: Record<string, (db: Executor, intentId: string, args: readonly unknown[]) => Promise<boolean>> = {
  "stateToken.mint": (db, intentId, args) => isMintOf(db, intentId, args as MintArguments),
};

/** Reads anew what a call should say, so that whoever can write the outbox alone directs no money. */
export async function hasActBehind(
  db: Executor,
  call: { intentId: string; name: string; args: readonly unknown[] },
): Promise<boolean> {
  return (await acts[call.name]?.(db, call.intentId, call.args)) ?? true;
}

async function isMintOf(db: Executor, intentId: string, [to, micros, positionId, issuanceId]: MintArguments) {
  const [row] = await db
    .select({
      grossMicros: issuance.grossMicros,
      positionId: collateralPosition.positionId,
      address: wallet.address,
      approvalState: approval.state,
    })
    .from(issuance)
    .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
    .innerJoin(wallet, and(eq(wallet.id, issuance.walletId), eq(wallet.profileId, issuance.profileId)))
    .leftJoin(approval, eq(approval.id, issuance.approvalId))
    .where(
      and(
        eq(issuance.issuanceId, issuanceId),
        eq(issuance.mintIntentId, intentId),
        eq(issuance.state, "submitted"),
      ),
    );
  if (!row) return false;
  const isSeenByTwo = micros <= approvalAboveMicros || row.approvalState === "approved";
  return (
    isAddressEqual(row.address, to) &&
    row.grossMicros === micros &&
    row.positionId === positionId &&
    isSeenByTwo
  );
}
