"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { WhatIsBooked } from "@/app/stake/what-is-booked";
import { errorWords } from "@/components/copy/errors";
import { MoneyInput } from "@/components/money/money-input";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { previewBring, previewSend } from "@/lib/ledger/previews";
import { formatDollars } from "@/lib/money/format";
import { floorToCents } from "@/lib/money/math";
import { tryParseAmount } from "@/lib/money/parse";
import { bringDollars, sendDollars } from "./actions";

/** Dollars in from, or out to, an account at another bank. */
export function TransferForm({
  direction,
  own: { profileId, symbol },
  isDemo,
}: {
  direction: "in" | "out";
  own: { profileId: string; symbol: string };
  isDemo: boolean;
}) {
  const t = useTranslations(direction === "in" ? "stake.bring" : "stake.send");
  const router = useRouter();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [refusal, setRefusal] = useState<RefusalLike>(null);
  const [moved, setMoved] = useState<{ micros: bigint; state: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [clientKey, setClientKey] = useState(() => globalThis.crypto.randomUUID());

  const parsedNow = tryParseAmount(text);
  const amountMicros = parsedNow.ok ? floorToCents(parsedNow.micros) : 0n;
  const [first, second] =
    direction === "in" ? previewBring({ profileId, amountMicros }) : previewSend({ profileId, amountMicros });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    setMoved(null);
    const parsed = tryParseAmount(text);
    if (!parsed.ok) {
      const words = errorWords[parsed.code];
      return setError(`${words.what} ${words.next}`);
    }
    setBusy(true);
    const answer = await act(() =>
      (direction === "in" ? bringDollars : sendDollars)({ amount: text, clientKey }),
    );
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.refusal);
    setMoved({ micros: floorToCents(parsed.micros), state: answer.data.state });
    setText("");
    setClientKey(globalThis.crypto.randomUUID());
    router.refresh();
  }

  return (
    <form onSubmit={submit} noValidate className="space-y-5">
      <MoneyInput
        id={`amount-${direction}`}
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
      {amountMicros > 0n && (
        <WhatIsBooked
          symbol={symbol}
          steps={
            direction === "in"
              ? [{ id: "arrived", entries: first }]
              : [
                  { id: "pressed", entries: first },
                  { id: "settled", entries: second },
                ]
          }
        />
      )}
      <RefusalBanner refusal={refusal} />
      {moved !== null && (
        <Banner
          live
          tone={moved.state === "returned" ? "error" : "success"}
          title={t(moved.state === "settled" ? "arrived" : moved.state === "returned" ? "returned" : "done", {
            amount: formatDollars(moved.micros),
          })}
          next={moved.state === "settled" ? t("arrivedNext") : t("doneNext")}
        />
      )}
      <Button
        type="submit"
        variant={direction === "in" ? "primary" : "secondary"}
        busy={busy}
        busyLabel={t("busy")}
      >
        {isDemo ? t("submitDemo") : t("submit")}
      </Button>
    </form>
  );
}
