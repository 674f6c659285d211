"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { errorWords } from "@/components/copy/errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorSummary } from "@/components/ui/error-summary";
import { Fieldset } from "@/components/ui/fieldset";
import { Select } from "@/components/ui/select";
import { TextInput } from "@/components/ui/text-input";
import { Why } from "@/components/ui/why";
import { isErrorCode } from "@/lib/errors";
import type { FilingStatus } from "@/lib/tax/figures";
import type { Election } from "@/lib/tax/withholding";
import { loadCounties, sendIdentity } from "./actions";
import { RatePreview } from "./rate-preview";
import { WithholdingFields } from "./withholding-fields";

export type IdentityValues = {
  fullName: string;
  birthDate: string;
  street: string;
  city: string;
  zip: string;
  state: string;
  countyFips: string;
  taxNumber: string;
  filingStatus: FilingStatus;
  election: Election;
  otherIncome: string;
  agreed: boolean;
};

const untouched: IdentityValues = {
  fullName: "",
  birthDate: "",
  street: "",
  city: "",
  zip: "",
  state: "",
  countyFips: "",
  taxNumber: "",
  filingStatus: "single",
  election: "flat",
  otherIncome: "",
  agreed: false,
};

/** What was typed before the draft was read: newer than the draft. */
const typedAlready = ({ state: _always, ...now }: IdentityValues): Partial<IdentityValues> =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => value !== untouched[name as keyof IdentityValues]),
  );

type County = { fips: string; name: string };
type Errors = Partial<Record<keyof IdentityValues, string>>;

const fieldOfCode: Record<string, keyof IdentityValues> = {
  name_invalid: "fullName",
  birth_date_invalid: "birthDate",
  under_age: "birthDate",
  address_invalid: "street",
  county_unknown: "countyFips",
  tax_number_invalid: "taxNumber",
  election_invalid: "election",
  terms_not_accepted: "agreed",
  amount_not_a_number: "otherIncome",
  amount_negative: "otherIncome",
  amount_too_many_decimals: "otherIncome",
  amount_too_large: "otherIncome",
};

const required = [
  "fullName",
  "birthDate",
  "street",
  "city",
  "zip",
  "state",
  "countyFips",
  "taxNumber",
] as const;

/** Which fields the server named, in words: by name where it said several, by its code where it said one. */
function namedFields(refusal: { code: string; details?: Record<string, string> }): Errors {
  const named: Errors = {};
  const codes = { ...refusal.details };
  const only = fieldOfCode[refusal.code];
  if (only) codes[only] ??= refusal.code;
  for (const [name, code] of Object.entries(codes)) {
    if (!isErrorCode(code)) continue;
    const words = errorWords[code];
    named[name as keyof IdentityValues] = `${words.what} ${words.next}`;
  }
  return named;
}

export function IdentityForm({
  draftKey,
  homeState,
  homeCounties,
  states,
  agreement,
  isDemo,
}: {
  draftKey: string;
  homeState: string;
  homeCounties: County[];
  states: { value: string; label: string }[];
  agreement: { title: string; text: string; version: string };
  isDemo: boolean;
}) {
  const t = useTranslations("stake.identity");
  const router = useRouter();
  const [values, setValues] = useState<IdentityValues>({ ...untouched, state: homeState });
  const [counties, setCounties] = useState<County[]>(homeCounties);
  const [errors, setErrors] = useState<Errors>({});
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [busy, setBusy] = useState(false);
  const loaded = useRef(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    try {
      const draft = JSON.parse(sessionStorage.getItem(draftKey) ?? "null") as Partial<IdentityValues> | null;
      if (draft) setValues((now) => ({ ...now, ...draft, ...typedAlready(now) }));
    } catch {
      // no draft then
    }
    loaded.current = true;
  }, [draftKey]);

  useEffect(() => {
    if (!loaded.current) return;
    const { taxNumber: _neverKept, ...draft } = values;
    try {
      sessionStorage.setItem(draftKey, JSON.stringify(draft));
    } catch {
      // the form works without a draft
    }
  }, [values, draftKey]);

  useEffect(() => {
    if (values.state === homeState) {
      setCounties(homeCounties);
      return;
    }
    let gone = false;
    act(() => loadCounties({ state: values.state })).then((answer) => {
      if (!gone && answer.ok) setCounties(answer.data);
    });
    return () => {
      gone = true;
    };
  }, [values.state, homeState, homeCounties]);

  const set = (change: Partial<IdentityValues>) => {
    setValues((now) => ({ ...now, ...change }));
    setErrors((now) => {
      const left = { ...now };
      for (const name of Object.keys(change)) delete left[name as keyof IdentityValues];
      return left;
    });
  };
  const bind = (name: Exclude<keyof IdentityValues, "agreed">) => ({
    id: `identity-${name}`,
    name,
    value: values[name],
    error: errors[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  });

  function missing(): Errors {
    const found: Errors = {};
    for (const name of required) if (values[name].trim() === "") found[name] = t(`missing.${name}`);
    if (values.taxNumber && values.taxNumber.replace(/\D/g, "").length !== 9)
      found.taxNumber = `${errorWords.tax_number_invalid.what} ${errorWords.tax_number_invalid.next}`;
    if (values.zip && !/^\d{5}(-\d{4})?$/.test(values.zip.trim())) found.zip = t("missing.zip");
    if (!values.agreed) found.agreed = errorWords.terms_not_accepted.what;
    return found;
  }

  function showErrors(found: Errors) {
    setErrors(found);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[role="alert"]')?.focus());
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    const found = missing();
    if (Object.keys(found).length > 0) return showErrors(found);
    setBusy(true);
    const answer = await act(() => sendIdentity({ ...values, agreementVersion: agreement.version }));
    setBusy(false);
    if (answer.ok) {
      sessionStorage.removeItem(draftKey);
      router.refresh();
      window.scrollTo({ top: 0 });
      return;
    }
    const named = namedFields(answer.refusal);
    if (Object.keys(named).length > 0) showErrors(named);
    else setRefusal(answer.refusal);
  }

  const listed = Object.entries(errors).map(([name, message]) => ({ fieldId: `identity-${name}`, message }));

  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-form space-y-10">
      <ErrorSummary title={t("problem")} errors={listed} />
      <Fieldset label={t("you")} large>
        <div className="space-y-6">
          <TextInput
            {...bind("fullName")}
            label={t("fullName")}
            hint={t("fullNameHint")}
            autoComplete="name"
            maxLength={120}
          />
          <TextInput
            {...bind("birthDate")}
            label={t("birthDate")}
            hint={t("birthDateHint")}
            type="date"
            width="short"
            autoComplete="bday"
          />
          <TextInput
            {...bind("taxNumber")}
            label={t("taxNumber")}
            hint={isDemo ? t("taxNumberHint") : t("taxNumberHintReal")}
            inputMode="numeric"
            width="short"
            autoComplete="off"
            maxLength={11}
          />
          <Why question={t("whyTaxNumber")}>{t("whyTaxNumberText")}</Why>
        </div>
      </Fieldset>
      <Fieldset label={t("home")} hint={t("homeHint")} large>
        <div className="space-y-6">
          <TextInput {...bind("street")} label={t("street")} autoComplete="street-address" maxLength={120} />
          <TextInput
            {...bind("city")}
            label={t("city")}
            width="half"
            autoComplete="address-level2"
            maxLength={100}
          />
          <Select
            {...bind("state")}
            label={t("state")}
            options={states}
            autoComplete="address-level1"
            onChange={(event) => set({ state: event.target.value, countyFips: "" })}
          />
          <Select
            {...bind("countyFips")}
            label={t("county")}
            hint={t("countyHint")}
            placeholder={t("countyChoose")}
            options={counties.map((county) => ({ value: county.fips, label: county.name }))}
          />
          <TextInput
            {...bind("zip")}
            label={t("zip")}
            width="code"
            inputMode="numeric"
            autoComplete="postal-code"
            maxLength={10}
          />
        </div>
      </Fieldset>
      <Fieldset label={t("tax")} hint={t("taxHint")} large>
        <div className="space-y-6">
          <WithholdingFields values={values} errors={errors} onChange={set} />
          <RatePreview
            state={values.state}
            countyFips={values.countyFips}
            city={values.city}
            filingStatus={values.filingStatus}
            election={values.election}
            otherIncome={values.otherIncome}
          />
        </div>
      </Fieldset>
      <div className="space-y-4">
        <Why question={agreement.title}>
          <p className="text-note whitespace-pre-line">{agreement.text}</p>
        </Why>
        <Checkbox
          id="identity-agreed"
          name="agreed"
          label={t("agree")}
          checked={values.agreed}
          error={errors.agreed}
          onChange={(event) => set({ agreed: event.target.checked })}
        />
      </div>
      <RefusalBanner refusal={refusal} />
      <Button type="submit" size="lg" busy={busy} busyLabel={t("sending")}>
        {t("send")}
      </Button>
    </form>
  );
}
