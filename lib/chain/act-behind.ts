import { and, eq } from "drizzle-orm";
import { type Address, type Hex, isAddressEqual } from "viem";
import type { Executor } from "@/db/client";
import { type CertificationActKind, certificationAct } from "@/db/schema/certification";
import { collateralPosition, issuance } from "@/db/schema/collateral";
import { approval } from "@/db/schema/control";
import { wallet } from "@/db/schema/customers";
import { approvalAboveMicros } from "@/lib/collateral/limits";

type MintArguments = readonly [to: Address, micros: bigint, positionId: Hex, issuanceId: Hex];

/** Calls that are signed only for the act in the books that asked for them; the others carry a partner's signature or a cap. */
const acts: Record<string, (db: Executor, intentId: string, args: readonly unknown[]) => Promise<boolean>> = {
  "stateToken.mint": (db, intentId, args) => isMintOf(db, intentId, args as MintArguments),
  "validatorRegistry.approve": (db, intentId, [controller, ownerHash, affiliated, until]) =>
    isActOf(db, intentId, "approve", { controller, ownerHash, affiliated, until }),
  "validatorRegistry.certify": (db, intentId, [operatorId, affiliated, until]) =>
    isActOf(db, intentId, "renew", { operatorId, affiliated, until }),
  "validatorRegistry.revoke": (db, intentId, [operatorId, orderHash]) =>
    isActOf(db, intentId, "revoke", { operatorId, orderHash }),
  "validatorRegistry.reinstate": (db, intentId, [operatorId]) =>
    isActOf(db, intentId, "reinstate", { operatorId }),
};

/** Reads anew what a call should say, so that whoever can write the outbox alone directs no money. */
export async function hasActBehind(
  db: Executor,
  call: { intentId: string; name: string; args: readonly unknown[] },
): Promise<boolean> {
  return (await acts[call.name]?.(db, call.intentId, call.args)) ?? true;
}

/** What two people approved, word for word; what a kind does not say stands in no argument of its call. */
async function isActOf(
  db: Executor,
  intentId: string,
  kind: CertificationActKind,
  call: Record<string, unknown>,
): Promise<boolean> {
  const [act] = await db
    .select({
      operatorId: certificationAct.operatorId,
      controller: certificationAct.controller,
      ownerHash: certificationAct.ownerHash,
      affiliated: certificationAct.affiliated,
      until: certificationAct.certifiedUntil,
      orderHash: certificationAct.orderHash,
    })
    .from(certificationAct)
    .innerJoin(approval, eq(approval.id, certificationAct.approvalId))
    .where(
      and(
        eq(certificationAct.intentId, intentId),
        eq(certificationAct.kind, kind),
        eq(approval.state, "approved"),
      ),
    );
  if (!act) return false;
  const approved: Record<string, unknown> = { ...act, until: act.until && act.until.getTime() / 1000 };
  const plain = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : value);
  return Object.entries(call).every(([name, value]) => plain(approved[name]) === plain(value));
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
