"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { customerAction } from "@/lib/auth/action-clients";
import { submitIdentity } from "@/lib/customers/commands/submit-identity";
import { AppError } from "@/lib/errors";
import { countiesOf, isStateCode } from "@/lib/state-profile/profile";
import { bankYear } from "@/lib/state-profile/queries";
import { residenceInput, withholdingElectionInput } from "@/lib/tax/input";
import { rateClassFor } from "@/lib/tax/withholding";

/** The command reads the fields itself, so that a wrong one comes back with its own code. */
const field = z.unknown().optional();
const identityForm = z.strictObject({
  fullName: field,
  birthDate: field,
  street: field,
  city: field,
  zip: field,
  state: field,
  countyFips: field,
  taxNumber: field,
  filingStatus: field,
  election: field,
  otherIncome: field,
  agreed: field,
  agreementVersion: field,
});

export const sendIdentity = customerAction
  .metadata({ name: "send identity" })
  .inputSchema(identityForm)
  .action(async ({ ctx, parsedInput }) => {
    const { applicationId } = await submitIdentity(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { applicationId };
  });

export const loadCounties = customerAction
  .metadata({ name: "load counties" })
  .inputSchema(z.strictObject({ state: z.string().length(2) }))
  .action(async ({ parsedInput: { state } }) => {
    if (!isStateCode(state)) throw new AppError("address_invalid");
    return countiesOf(state).map(({ fips, name }) => ({ fips, name }));
  });

/** The same rule that the bank applies on approval, for what stands in the form. */
export const previewRates = customerAction
  .metadata({ name: "preview rates" })
  .inputSchema(z.strictObject({ ...residenceInput.shape, ...withholdingElectionInput.shape }))
  .action(async ({ ctx, parsedInput: { state, countyFips, city, otherIncome, ...election } }) => {
    const { lines } = rateClassFor({
      ...election,
      ...(otherIncome !== undefined && { otherIncomeMicros: otherIncome }),
      ...(city && { city }),
      state,
      countyFips,
      year: await bankYear(ctx.command.db),
      backup: false,
      nonResident: false,
    });
    return lines.map(({ level, name, withheldPpm, why, source }) => ({
      level,
      name,
      withheldPpm,
      why,
      source,
    }));
  });
