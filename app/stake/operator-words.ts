import { translator } from "@/lib/messages/server";
import type { OperatorOverview } from "@/lib/validators/queries";

/** How faithfully an operator took part, in one line. */
export function recordWords({ lastEpochs }: Pick<OperatorOverview, "lastEpochs">): string {
  const t = translator("operators.record");
  return lastEpochs.length === 0
    ? t("none")
    : t("signed", { signed: lastEpochs.filter(({ signed }) => signed).length, of: lastEpochs.length });
}

/** Why an operator cannot be chosen, as the registry has it. */
export function closedWords({ state }: Pick<OperatorOverview, "state">): string {
  const t = translator("operators.state");
  return t(state && state !== "active" ? state : "closed");
}
