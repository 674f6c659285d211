import { eq, sql } from "drizzle-orm";
import { encodeFunctionData } from "viem";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { bankNow } from "@/db/columns";
import { identityApplication, notification, person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { identityRegistryAbi } from "@/lib/chain/abi";
import { deployment } from "@/lib/chain/deployment";
import { identityKinds, identityStatuses } from "@/lib/chain/facts";
import { enqueue } from "@/lib/chain/outbox";
import { decide } from "@/lib/compliance/decide";
import { openField, sealField } from "@/lib/crypto/field";
import { identityValidDays } from "@/lib/customers/identity-id";
import { applicationField, personField } from "@/lib/customers/sealed";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";
import { AppError } from "@/lib/errors";
import { rateClassFor } from "@/lib/tax/withholding";

const shape = z.discriminatedUnion("decision", [
  z.strictObject({ applicationId: z.uuid(), decision: z.literal("approve") }),
  z.strictObject({
    applicationId: z.uuid(),
    decision: z.literal("refuse"),
    /** shown to the applicant */
    reason: z.string().trim().min(5).max(500),
  }),
]);

const firstGrantWei = 20_000_000_000_000_000n;

/** Staff approve or refuse an application. Approval asks the chain; the wallet is verified once the chain says so. */
export async function decideIdentity(
  ctx: CommandContext,
  raw: unknown,
): Promise<{ state: "approved" | "refused" }> {
  requirePermission(ctx.actor, "identity:decide");
  if (ctx.actor.kind !== "staff") throw new AppError("not_allowed");
  const { staffId } = ctx.actor;
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const input = parsed.data;
  const state = input.decision === "approve" ? "approved" : "refused";

  return inTransaction(ctx.db, async (tx) => {
    const [application] = await tx
      .select()
      .from(identityApplication)
      .where(eq(identityApplication.id, input.applicationId))
      .for("no key update");
    if (!application) throw new AppError("not_found");
    if (application.state !== "submitted") throw new AppError("identity_decided");

    let rateClass: number | null = null;
    if (input.decision === "approve") {
      await decide(tx, ctx, { command: "decide-identity", profileId: application.profileId });
      rateClass = await verify(tx, ctx, application);
    } else {
      await tx
        .update(profile)
        .set({ identityState: "refused", updatedAt: bankNow })
        .where(eq(profile.id, application.profileId));
    }
    await tx
      .update(identityApplication)
      .set({
        state,
        rateClass,
        decidedBy: staffId,
        decidedAt: bankNow,
        refusalReason: input.decision === "refuse" ? input.reason : null,
      })
      .where(eq(identityApplication.id, application.id));
    await tx.insert(notification).values({
      profileId: application.profileId,
      kind: `identity_${state}`,
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "decide-identity",
      subject: `identity_application:${application.id}`,
      permission: "identity:decide",
      detail: { decision: input.decision, profileId: application.profileId, rateClass },
    });
    return { state };
  });
}

type Application = typeof identityApplication.$inferSelect;

/** Moves the sealed fields to the person and asks the chain to register the wallet, or to renew it. */
async function verify(tx: Tx, ctx: CommandContext, application: Application): Promise<number> {
  const [own] = await tx
    .select()
    .from(profile)
    .where(eq(profile.id, application.profileId))
    .for("no key update");
  const [ownWallet] = await tx
    .select()
    .from(wallet)
    .where(eq(wallet.id, application.walletId))
    .for("no key update");
  const { rows } = await tx.execute<{ now: string }>(sql`SELECT bank.now()::text AS now`);
  if (!own || !ownWallet) throw new AppError("not_found");
  const now = new Date(rows[0]?.now as string);
  const rateClass = rateClassFor(withholdingCaseFrom({ ...application, at: now })).class;

  const moved = (column: "birth_date" | "tax_number" | "address", sealed: string) =>
    sealField(openField(sealed, applicationField(application.id, column)), personField(own.personId, column));
  await tx
    .update(person)
    .set({
      fullName: application.fullName,
      birthDateSealed: moved("birth_date", application.birthDateSealed),
      taxNumberSealed: moved("tax_number", application.taxNumberSealed),
      taxNumberIndex: application.taxNumberIndex,
      addressSealed: moved("address", application.addressSealed),
      residenceState: application.residenceState,
      countyFips: application.countyFips,
      locality: application.locality,
      updatedAt: bankNow,
    })
    .where(eq(person.id, own.personId));
  await tx
    .update(profile)
    .set({
      identityState: "approved",
      election: application.election,
      stateCode: application.residenceState,
      updatedAt: bankNow,
    })
    .where(eq(profile.id, own.id));

  const registry = { abi: identityRegistryAbi, to: deployment().contracts.identityRegistry };
  const expiresAt = BigInt(Math.floor(now.getTime() / 1000) + identityValidDays * 86_400);
  const ask = (kind: string, data: `0x${string}`, afterIntentId?: string) =>
    enqueue(tx, {
      kind: `identity.${kind}`,
      businessKey: `identity:${kind}:${application.id}`,
      sender: "registrar",
      to: registry.to,
      data,
      requestId: ctx.requestId,
      afterIntentId,
    });
  if (ownWallet.status === "new" || ownWallet.status === "registering") {
    const person = identityKinds.indexOf("person");
    const args = [ownWallet.address, ownWallet.identityId, person, 1, rateClass, expiresAt] as const;
    const intentId = await ask(
      "register",
      encodeFunctionData({ abi: registry.abi, functionName: "register", args }),
    );
    await enqueue(tx, {
      kind: "faucet.grant",
      businessKey: `grant:first:${ownWallet.id}`,
      sender: "faucet",
      to: ownWallet.address,
      data: "0x",
      valueWei: firstGrantWei,
      requestId: ctx.requestId,
      afterIntentId: intentId,
    });
    await tx
      .update(wallet)
      .set({ status: "registering", lastGrantAt: bankNow })
      .where(eq(wallet.id, ownWallet.id));
    return rateClass;
  }
  const verified = identityStatuses.indexOf("verified");
  const renewal = await ask(
    "renew",
    encodeFunctionData({
      abi: registry.abi,
      functionName: "setStatus",
      args: [ownWallet.address, verified, expiresAt],
    }),
  );
  if (ownWallet.rateClass !== rateClass)
    await ask(
      "rate",
      encodeFunctionData({
        abi: registry.abi,
        functionName: "scheduleRateClass",
        args: [ownWallet.address, rateClass],
      }),
      renewal,
    );
  return rateClass;
}
