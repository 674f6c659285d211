"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { errorWords } from "@/components/copy/errors";
import { MoneyInput } from "@/components/money/money-input";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { formatDollars } from "@/lib/money/format";
import { floorToCents } from "@/lib/money/math";
import { tryParseAmount } from "@/lib/money/parse";
import { bringDollars } from "./actions";

export function BringForm({ isDemo }: { isDemo: boolean }) {
  const t = useTranslations("stake.bring");
  const router = useRouter();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [brought, setBrought] = useState<{ micros: bigint; state: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [clientKey, setClientKey] = useState(() => globalThis.crypto.randomUUID());

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    setBrought(null);
    const parsed = tryParseAmount(text);
    if (!parsed.ok) {
      const words = errorWords[parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    setBusy(true);
    const answer = await act(() => bringDollars({ amount: text, clientKey }));
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    setBrought({ micros: floorToCents(parsed.micros), state: answer.data.state });
    setText("");
    setClientKey(globalThis.crypto.randomUUID());
    router.refresh();
  }

  return (
    <form onSubmit={submit} noValidate className="space-y-5">
      <MoneyInput
        id="bring-amount"
        name="amount"
        label={t("amount")}
        hint={isDemo ? t("hintDemo") : t("hint")}
        value={text}
        error={error}
        onValueChange={(value) => {
          setText(value);
          setError(undefined);
        }}
      />
      <RefusalBanner refusal={refusal} />
      {brought !== null && (
        <Banner
          live
          tone={brought.state === "returned" ? "error" : "success"}
          title={t(
            brought.state === "settled" ? "arrived" : brought.state === "returned" ? "returned" : "done",
            {
              amount: formatDollars(brought.micros),
            },
          )}
          next={brought.state === "settled" ? t("arrivedNext") : t("doneNext")}
        />
      )}
      <Button type="submit" busy={busy} busyLabel={t("busy")}>
        {isDemo ? t("submitDemo") : t("submit")}
      </Button>
    </form>
  );
}
