import { z } from "zod";
import { tryParseAmount } from "@/lib/money/parse";
import { filingStatuses } from "@/lib/tax/figures";

/** What a person says about withholding, as form, action and CLI read it. Income is typed in dollars; zero is an answer. */
export const dollarsFromZero = z.union([z.string(), z.number().nonnegative()]).transform((value, context) => {
  const text = String(value).trim();
  if (/^\$?0+(\.0*)?$/.test(text)) return 0n;
  const parsed = tryParseAmount(text);
  if (parsed.ok) return parsed.micros;
  context.addIssue({ code: "custom", message: parsed.code });
  return z.NEVER;
});

export const withholdingElectionInput = z.object({
  filingStatus: z.enum(filingStatuses),
  election: z.enum(["flat", "none"]),
  otherIncome: z.union([z.literal("").transform(() => undefined), dollarsFromZero]).optional(),
});

export type WithholdingElection = z.output<typeof withholdingElectionInput>;

export const residenceInput = z.object({
  state: z.string().regex(/^[A-Z]{2}$/),
  countyFips: z.string().regex(/^\d{5}$/),
  city: z.string().max(100).optional(),
});
