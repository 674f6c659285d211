import { randomUUID } from "node:crypto";
import { and, eq, ne, sql } from "drizzle-orm";
import { bankNow } from "@/db/columns";
import { disclosureAcceptance, identityApplication, person, profile, wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { decide } from "@/lib/compliance/decide";
import { blindIndex, sealField } from "@/lib/crypto/field";
import { parseIdentity } from "@/lib/customers/identity-input";
import { applicationField, type SealedAddress } from "@/lib/customers/sealed";
import { AppError } from "@/lib/errors";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { civilDateIn } from "@/lib/time/civil-date";

/** A customer applies for verification. What identifies them is sealed field by field before it is stored. */
export async function submitIdentity(ctx: CommandContext, raw: unknown): Promise<{ applicationId: string }> {
  requirePermission(ctx.actor, "identity:apply");
  if (ctx.actor.kind !== "customer" || !ctx.actor.walletId) throw new AppError("not_allowed");
  const { profileId, walletId } = ctx.actor;

  return inTransaction(ctx.db, async (tx) => {
    const today = civilDateIn(await bankTime(tx), activeProfile().timeZone);
    const input = parseIdentity(raw, { today });
    await decide(tx, ctx, { command: "submit-identity", profileId });

    const [own] = await tx.select().from(profile).where(eq(profile.id, profileId)).for("no key update");
    if (!own) throw new AppError("not_found");
    if (own.identityState === "submitted" || own.identityState === "approved")
      throw new AppError("identity_pending");
    const [ownWallet] = await tx
      .select({ isExpired: sql<boolean>`coalesce(${wallet.expiresAt} <= bank.now(), false)` })
      .from(wallet)
      .where(and(eq(wallet.id, walletId), eq(wallet.profileId, profileId)));
    if (!ownWallet) throw new AppError("not_found");
    if (own.identityState === "verified" && !ownWallet.isExpired) throw new AppError("identity_decided");

    const taxNumberIndex = blindIndex("tax_number", input.taxNumber);
    const [other] = await tx
      .select({ id: person.id })
      .from(person)
      .where(and(eq(person.taxNumberIndex, taxNumberIndex), ne(person.id, own.personId)));
    if (other) throw new AppError("tax_number_in_use");

    const id = randomUUID();
    const place: SealedAddress = { street: input.street, city: input.city, zip: input.zip };
    await tx.insert(identityApplication).values({
      id,
      profileId,
      walletId,
      fullName: input.fullName,
      birthDateSealed: sealField(input.birthDate, applicationField(id, "birth_date")),
      taxNumberSealed: sealField(input.taxNumber, applicationField(id, "tax_number")),
      taxNumberIndex,
      addressSealed: sealField(JSON.stringify(place), applicationField(id, "address")),
      residenceState: input.state,
      countyFips: input.countyFips,
      locality: input.city,
      election: input.election,
      agreementVersion: input.agreementVersion,
      requestId: ctx.requestId,
    });
    await tx
      .insert(disclosureAcceptance)
      .values({ profileId, document: "account-agreement", version: input.agreementVersion });
    await tx
      .update(profile)
      .set({ identityState: "submitted", updatedAt: bankNow })
      .where(eq(profile.id, profileId));
    await recordAudit(tx, ctx, {
      command: "submit-identity",
      subject: `identity_application:${id}`,
      permission: "identity:apply",
      detail: { profileId, countyFips: input.countyFips, election: input.election.election },
    });
    return { applicationId: id };
  });
}
