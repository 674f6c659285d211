"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { RatePreview } from "@/app/stake/identity/rate-preview";
import { WithholdingFields, type WithholdingValues } from "@/app/stake/identity/withholding-fields";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { saveWithholding } from "./actions";

export function WithholdingForm({
  now,
  home,
}: {
  now: WithholdingValues;
  home: { state: string; countyFips: string; city: string };
}) {
  const t = useTranslations("stake.settings");
  const router = useRouter();
  const [values, setValues] = useState(now);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [refusal, setRefusal] = useState<RefusalLike>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    setSaved(false);
    const answer = await act(() => saveWithholding(values));
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    setSaved(true);
    router.refresh();
  }

  return (
    <form onSubmit={submit} className="space-y-6" noValidate>
      <WithholdingFields
        values={values}
        onChange={(change) => {
          setValues((before) => ({ ...before, ...change }));
          setSaved(false);
        }}
      />
      <RatePreview {...home} {...values} />
      <RefusalBanner refusal={refusal} />
      {saved && <Banner live tone="success" title={t("saved")} />}
      <Button type="submit" variant="secondary" busy={busy} busyLabel={t("saving")}>
        {t("save")}
      </Button>
    </form>
  );
}
