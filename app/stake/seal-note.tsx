import type { Definition } from "@/components/ui/definition-list";
import { Why } from "@/components/ui/why";
import { translator } from "@/lib/messages/server";

/** Under which number an entry was sealed, or that it is being sealed, as a line of a receipt. */
export function sealLine(number: bigint | undefined): Definition {
  const t = translator("stake.seal");
  return number === undefined
    ? { term: t("term"), value: t("waiting"), note: t("waitingNote") }
    : { term: t("term"), value: t("sealed", { number: String(number) }), note: t("sealedNote") };
}

export function WhySeal() {
  const t = translator("stake.seal");
  return <Why question={t("why")}>{t("whyText")}</Why>;
}
