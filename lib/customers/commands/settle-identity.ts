import { and, eq } from "drizzle-orm";
import type { Address } from "viem";
import type { Tx } from "@/db/client";
import { bankNow } from "@/db/columns";
import { notification, profile, wallet } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import { requestIdOf } from "@/lib/audit/request-id";
import type { IdentityFact } from "@/lib/chain/facts";

const indexer = { kind: "system", job: "indexer" } as const;

/** The chain has said, in a final block, what a wallet's identity is. Wallets that are nobody's here are passed over. */
export async function settleIdentity(tx: Tx, fact: IdentityFact): Promise<void> {
  const [own] = await tx
    .select()
    .from(wallet)
    .where(and(eq(wallet.chainId, fact.chainId), eq(wallet.address, fact.wallet.toLowerCase() as Address)))
    .for("no key update");
  if (!own) return;
  const requestId = await requestIdOf(tx, fact);
  const ctx = { actor: indexer, requestId };

  if (fact.event === "RateClassScheduled") {
    await tx
      .update(wallet)
      .set({ nextRateClass: fact.rateClass, nextRateClassEpoch: fact.fromEpoch })
      .where(eq(wallet.id, own.id));
  } else {
    const status = fact.status === "none" ? "new" : fact.status;
    await tx
      .update(wallet)
      .set({
        status,
        expiresAt: fact.expiresAt,
        ...(fact.event === "IdentitySet" && {
          rateClass: fact.rateClass,
          nextRateClass: null,
          nextRateClassEpoch: null,
        }),
      })
      .where(eq(wallet.id, own.id));
    const identityState = status === "verified" ? "verified" : "refresh_needed";
    await tx.update(profile).set({ identityState, updatedAt: bankNow }).where(eq(profile.id, own.profileId));
    if (status === "verified" && own.status !== "verified")
      await tx
        .insert(notification)
        .values({ profileId: own.profileId, kind: "identity_verified", requestId });
  }
  await recordAudit(tx, ctx, {
    command: "settle-identity",
    subject: `wallet:${own.id}`,
    permission: "identity:settle",
    detail: { event: fact.event, txHash: fact.txHash },
  });
}
