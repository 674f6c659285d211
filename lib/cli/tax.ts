import type { Call, Verb, Verbs } from "@/lib/cli/verb";
import { BadInput } from "@/lib/cli/verb";
import { bracketOf } from "@/lib/tax/bracket-case";
import { CaseError, unwrapCase } from "@/lib/tax/case";
import { withholdOf } from "@/lib/tax/withhold-case";

type Answer = Record<string, unknown> & {
  tax?: string;
  total?: string;
  withheld?: string;
  net_to_customer?: string;
};
type Rule = (input: unknown) => Answer;

/** One JSON document: an answer for a case, a list of answers for a list; the first bad case refuses all. */
async function answer(rule: Rule, { args, options, readJson }: Call): Promise<Answer | Answer[]> {
  if (args.length > 0)
    throw new BadInput(`"${args[0]}" is not an option: write --name value, or give JSON on stdin.`);
  const given = Object.entries(options);
  if (given.length > 0) {
    return answerOne(
      Object.fromEntries(given.map(([name, value]) => [name.replaceAll("-", "_"), value])),
      rule,
    );
  }
  const document = await readJson();
  const cases = Array.isArray(document) ? document : (document as { cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases)) return answerOne(document, rule);
  return cases.map((one, index) => answerOne(one, rule, `case ${index + 1}: `));
}

function answerOne(given: unknown, rule: Rule, place = ""): Answer {
  try {
    const { id, input } = unwrapCase(given);
    return { ...(id === undefined ? {} : { id }), ...rule(input) };
  } catch (error) {
    if (error instanceof CaseError) throw new BadInput(`${place}${error.message}`);
    throw error;
  }
}

/** For a person's eyes: one line a case. */
function show(given: Answer | Answer[]): string {
  return [given]
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

const verb = (summary: string, usage: string, rule: Rule): Verb => ({
  summary,
  usage: `${usage}; or one case, a list or {"cases": [...]} on stdin`,
  run: (call) => answer(rule, call),
  show,
});

/** Both need no database. */
export const verbs: Verbs = {
  bracket: verb(
    "Tax on a taxable income by the year's brackets: own line, all lines, every step",
    "--year 2025 --jurisdiction US-MD --local MONTGOMERY_COUNTY_MD --filing-status single --taxable-income 93450",
    bracketOf,
  ),
  withhold: verb(
    "What is withheld from one payment: mandatory backup or the elected class, in three lines",
    "--reportable-payment 1234.56 --tin-certified false [--year 2025 --jurisdiction US-MD-24031]",
    (input) => withholdOf(input, new Date()),
  ),
};
