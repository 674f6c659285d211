import { eq, sql } from "drizzle-orm";
import { encodeFunctionData } from "viem";
import { bankNow } from "@/db/columns";
import { person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { identityRegistryAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { enqueue } from "@/lib/chain/outbox";
import { decide } from "@/lib/compliance/decide";
import type { StoredElection } from "@/lib/customers/identity-input";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";
import { AppError } from "@/lib/errors";
import { withholdingElectionInput } from "@/lib/tax/input";
import { rateClassFor } from "@/lib/tax/withholding";

/** What the chain withholds for a wallet now, and whether a change is still under way. */
export type ChainRates = { rateClass: number; isChangePending: boolean };

async function ratesOnChain(address: `0x${string}`): Promise<ChainRates> {
  const identity = await publicClient()
    .readContract({
      address: deployment().contracts.identityRegistry,
      abi: identityRegistryAbi,
      functionName: "identityOf",
      args: [address],
    })
    .catch((cause) => {
      throw new AppError("chain_down", undefined, { cause });
    });
  return { rateClass: identity.rateClass, isChangePending: identity.nextRateClassEpoch !== 0n };
}

/** A customer chooses another withholding. What was earned so far settles at the old rates; the next epoch has the new. */
export async function changeWithholding(
  ctx: CommandContext,
  raw: unknown,
  readRates: (address: `0x${string}`) => Promise<ChainRates> = ratesOnChain,
): Promise<{ rateClass: number }> {
  requirePermission(ctx.actor, "identity:apply");
  if (ctx.actor.kind !== "customer" || !ctx.actor.walletId || !ctx.actor.address)
    throw new AppError("not_allowed");
  const { profileId, walletId, address } = ctx.actor;
  const parsed = withholdingElectionInput.safeParse(raw);
  if (!parsed.success) throw new AppError("election_invalid");
  const election: StoredElection = {
    filingStatus: parsed.data.filingStatus,
    election: parsed.data.election,
    otherIncomeMicros: parsed.data.otherIncome?.toString() ?? null,
  };
  const onChain = await readRates(address);
  if (onChain.isChangePending) throw new AppError("conflict");

  return inTransaction(ctx.db, async (tx) => {
    await decide(tx, ctx, { command: "change-withholding", profileId });
    await tx.select({ id: profile.id }).from(profile).where(eq(profile.id, profileId)).for("no key update");
    const [own] = await tx
      .select({ person, wallet, now: sql<string>`bank.now()::text` })
      .from(profile)
      .innerJoin(person, eq(person.id, profile.personId))
      .innerJoin(wallet, eq(wallet.id, walletId))
      .where(eq(profile.id, profileId));
    if (!own?.person.residenceState || !own.person.countyFips || own.wallet.status !== "verified")
      throw new AppError("not_verified");
    const { residenceState, countyFips, locality } = own.person;
    const at = new Date(own.now);
    const { class: rateClass } = rateClassFor(
      withholdingCaseFrom({ residenceState, countyFips, locality, election, at }),
    );
    await tx.update(profile).set({ election, updatedAt: bankNow }).where(eq(profile.id, profileId));
    if (rateClass !== onChain.rateClass)
      await enqueue(tx, {
        kind: "identity.rate",
        businessKey: `identity:rate:${walletId}:${ctx.requestId}`,
        sender: "registrar",
        to: deployment().contracts.identityRegistry,
        data: encodeFunctionData({
          abi: identityRegistryAbi,
          functionName: "scheduleRateClass",
          args: [own.wallet.address, rateClass],
        }),
        requestId: ctx.requestId,
      });
    await recordAudit(tx, ctx, {
      command: "change-withholding",
      subject: `profile:${profileId}`,
      permission: "identity:apply",
      detail: { election: election.election, rateClass, before: onChain.rateClass },
    });
    return { rateClass };
  });
}
