import { bracketOf } from "@/lib/tax/bracket-case";
import { CaseError, unwrapCase } from "@/lib/tax/case";
import { withholdOf } from "@/lib/tax/withhold-case";

/**
 * tax bracket  --year 2025 --jurisdiction US-MD --local MONTGOMERY_COUNTY_MD --filing-status single --taxable-income 93450
 * tax withhold --reportable-payment 1234.56 --tin-certified false
 * Flags describe one case; without them stdin holds one case, a list, or {"cases": [...]}. Needs no database.
 */
export type TaxFlags = Record<string, string | boolean | undefined>;

type Answer = Record<string, unknown> & {
  tax?: string;
  total?: string;
  withheld?: string;
  net_to_customer?: string;
};
type Verb = (input: unknown) => Answer;

export const taxVerbs: Record<string, Verb> = {
  bracket: bracketOf,
  withhold: (input) => withholdOf(input, new Date()),
};

/** One JSON document: an answer for a case, a list of answers for a list; the first bad case refuses all. */
export async function runTax(verb: string, flags: TaxFlags, readStdin: () => Promise<string>) {
  const answerTo = taxVerbs[verb];
  if (!answerTo) throw new CaseError(`tax ${verb}: there is only ${Object.keys(taxVerbs).join(" and ")}.`);
  const given = Object.entries(flags).filter(([name]) => name !== "json");
  if (given.length > 0) {
    return answerOne(
      Object.fromEntries(given.map(([name, value]) => [name.replaceAll("-", "_"), value])),
      answerTo,
    );
  }
  const document = parsed(await readStdin());
  const cases = Array.isArray(document) ? document : (document as { cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases)) return answerOne(document, answerTo);
  return cases.map((one, index) => {
    try {
      return answerOne(one, answerTo);
    } catch (error) {
      if (error instanceof CaseError) throw new CaseError(`case ${index + 1}: ${error.message}`);
      throw error;
    }
  });
}

function answerOne(given: unknown, answerTo: Verb): Answer {
  const { id, input } = unwrapCase(given);
  return { ...(id === undefined ? {} : { id }), ...answerTo(input) };
}

function parsed(text: string): unknown {
  if (text.trim() === "") throw new CaseError("give a case by flags, or JSON on stdin.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CaseError(`stdin is not JSON: ${(error as Error).message}`);
  }
}

/** For a person's eyes: one line a case. */
export function taxText(answer: Answer | Answer[]): string {
  return [answer]
    .flat()
    .map((one) => {
      const id = typeof one.id === "string" ? `${one.id}: ` : "";
      const note =
        one.status === "carried_forward" ? " (carried forward: some figures are not published yet)" : "";
      return one.withheld === undefined
        ? `${id}tax ${one.tax}, total ${one.total}${note}`
        : `${id}withheld ${one.withheld}, to the customer ${one.net_to_customer}${note}`;
    })
    .join("\n");
}
