"use client";

import { useTranslations } from "use-intl/react";
import { RadioGroup } from "@/components/ui/radio-group";
import { Select } from "@/components/ui/select";
import { TextInput } from "@/components/ui/text-input";
import type { FilingStatus } from "@/lib/tax/figures";
import type { Election } from "@/lib/tax/withholding";

export type WithholdingValues = { filingStatus: FilingStatus; election: Election; otherIncome: string };

const filings = [
  "single",
  "married_joint",
  "married_separate",
  "head_of_household",
  "surviving_spouse",
] as const;

/** How somebody files and what is set aside; the same three questions when applying and later. */
export function WithholdingFields({
  values,
  errors = {},
  onChange,
}: {
  values: WithholdingValues;
  errors?: Partial<Record<keyof WithholdingValues, string>>;
  onChange: (change: Partial<WithholdingValues>) => void;
}) {
  const t = useTranslations("stake.identity");
  return (
    <>
      <Select
        id="identity-filingStatus"
        name="filingStatus"
        label={t("filingStatus")}
        value={values.filingStatus}
        error={errors.filingStatus}
        onChange={(event) => onChange({ filingStatus: event.target.value as FilingStatus })}
        options={filings.map((value) => ({ value, label: t(`filing.${value}`) }))}
      />
      <RadioGroup
        label={t("election")}
        name="election"
        value={values.election}
        error={errors.election}
        onChange={(event) => onChange({ election: event.target.value as Election })}
        options={[
          { value: "flat", label: t("electionFlat"), hint: t("electionFlatHint") },
          { value: "none", label: t("electionNone"), hint: t("electionNoneHint") },
        ]}
      />
      {values.election === "flat" && (
        <TextInput
          id="identity-otherIncome"
          name="otherIncome"
          label={t("otherIncome")}
          hint={t("otherIncomeHint")}
          value={values.otherIncome}
          error={errors.otherIncome}
          onChange={(event) => onChange({ otherIncome: event.target.value })}
          prefix="$"
          width="short"
          inputMode="decimal"
          optional
          maxLength={20}
        />
      )}
    </>
  );
}
