import { z } from "zod";
import { parseTaxNumber } from "@/lib/customers/tax-number";
import { AppError, type ErrorCode, isErrorCode } from "@/lib/errors";
import { tryParseAmount } from "@/lib/money/parse";
import { countyName, isStateCode } from "@/lib/state-profile/profile";
import { withholdingElectionInput } from "@/lib/tax/input";
import { ageOn, isCivilDate } from "@/lib/time/civil-date";

const text = (code: ErrorCode, pattern: RegExp, max: number) =>
  z
    .string(code)
    .max(max, code)
    .transform((value) => value.normalize("NFC").trim().replace(/\s+/g, " "))
    .refine((value) => pattern.test(value), code);

/** The identity form, as screen and command read it; each message is an error code. */
const shape = z.strictObject({
  fullName: text("name_invalid", /^(?=.*\p{L})[\p{L}\p{M}'’., -]{2,100}$/u, 200),
  birthDate: z.string("birth_date_invalid").refine(isCivilDate, "birth_date_invalid"),
  street: text("address_invalid", /^(?=.*[\p{L}\p{N}])[\p{L}\p{M}\p{N}'’.,#/ -]{3,100}$/u, 200),
  city: text("address_invalid", /^(?=.*\p{L})[\p{L}\p{M}'’. -]{2,60}$/u, 100),
  zip: z
    .string("address_invalid")
    .trim()
    .regex(/^\d{5}(-\d{4})?$/, "address_invalid"),
  state: z.string("address_invalid").refine(isStateCode, "address_invalid"),
  countyFips: z.string("county_unknown").regex(/^\d{5}$/, "county_unknown"),
  taxNumber: z.string("tax_number_invalid").transform((value, context) => {
    try {
      return parseTaxNumber(value);
    } catch {
      context.addIssue({ code: "custom", message: "tax_number_invalid" });
      return z.NEVER;
    }
  }),
  filingStatus: z.string("election_invalid"),
  election: z.string("election_invalid"),
  otherIncome: z.union([z.string(), z.number()]).optional(),
  agreed: z.literal(true, "terms_not_accepted"),
  agreementVersion: z.string().min(1).max(40).default("1"),
});

export type IdentityInput = Omit<
  z.output<typeof shape>,
  "otherIncome" | "filingStatus" | "election" | "agreed"
> & {
  election: StoredElection;
};

/** The withholding election in JSON. */
export type StoredElection = {
  filingStatus: string;
  election: "flat" | "none";
  otherIncomeMicros: string | null;
};

/** Refuses with the field's own code; with several, `invalid_input` and every field's code in details. */
export function parseIdentity(raw: unknown, { today }: { today: string }): IdentityInput {
  const problems: Record<string, string> = {};
  const parsed = shape.safeParse(raw);
  for (const issue of parsed.error?.issues ?? [])
    problems[issue.path.join(".") || "form"] ??= isErrorCode(issue.message) ? issue.message : "invalid_input";
  const given = (raw ?? {}) as Record<string, unknown>;

  if (!problems.birthDate && typeof given.birthDate === "string") {
    const age = given.birthDate > today ? -1 : ageOn({ birthDate: given.birthDate, on: today });
    if (age < 0 || age > 120) problems.birthDate = "birth_date_invalid";
    else if (age < 18) problems.birthDate = "under_age";
  }
  const { state, countyFips } = given;
  const isPlace = typeof state === "string" && isStateCode(state) && typeof countyFips === "string";
  if (!problems.countyFips && isPlace && !countyName(countyFips, state))
    problems.countyFips = "county_unknown";

  const { filingStatus, election, otherIncome } = given;
  const choice = withholdingElectionInput.safeParse({ filingStatus, election, otherIncome });
  for (const issue of choice.error?.issues ?? []) {
    const field = issue.path.join(".");
    const amount = tryParseAmount(String(otherIncome));
    problems[field] = field === "otherIncome" && !amount.ok ? amount.code : "election_invalid";
  }

  if (Object.keys(problems).length > 0 || !parsed.success || !choice.success) {
    const codes = [...new Set(Object.values(problems))];
    throw new AppError(codes.length === 1 ? (codes[0] as ErrorCode) : "invalid_input", problems);
  }
  const {
    otherIncome: _income,
    filingStatus: _status,
    election: _election,
    agreed: _agreed,
    ...rest
  } = parsed.data;
  return {
    ...rest,
    election: {
      filingStatus: choice.data.filingStatus,
      election: choice.data.election,
      otherIncomeMicros: choice.data.otherIncome?.toString() ?? null,
    },
  };
}
