"use client";

import { useState } from "react";
import { errorWords } from "@/components/copy/errors";
import { Amount } from "@/components/money/amount";
import { MoneyInput } from "@/components/money/money-input";
import { Button } from "@/components/ui/button";
import type { ErrorCode } from "@/lib/errors";
import { formatAmount } from "@/lib/money/format";
import { tryParseAmount } from "@/lib/money/parse";

/** An amount typed out of what one has; `take` gives it, or lets the field say why not. */
export function useOwnAmount(ownMicros: bigint, tooMuch: ErrorCode = "balance_too_low") {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const parsed = tryParseAmount(text);
  const micros = parsed.ok ? parsed.micros : null;
  const isTooMuch = micros !== null && micros > ownMicros;
  return {
    ownMicros,
    text,
    error,
    micros,
    isTooMuch,
    change(next: string) {
      setText(next);
      setError(undefined);
    },
    take(): bigint | undefined {
      if (parsed.ok && !isTooMuch) return parsed.micros;
      const words = errorWords[parsed.ok ? tooMuch : parsed.code];
      setError(`${words.what} ${words.next}`);
      return undefined;
    },
  };
}

export function OwnAmountInput({
  id,
  label,
  have,
  all,
  symbol,
  amount,
}: {
  id: string;
  label: string;
  /** "You have", before the own amount */
  have: string;
  /** "Use all" */
  all: string;
  symbol?: string;
  amount: ReturnType<typeof useOwnAmount>;
}) {
  return (
    <MoneyInput
      id={id}
      name="amount"
      label={label}
      large
      symbol={symbol}
      hint={
        <>
          {have} <Amount amountMicros={amount.ownMicros} symbol={symbol} />
        </>
      }
      value={amount.text}
      error={amount.error}
      onValueChange={amount.change}
      action={
        amount.ownMicros > 0n && (
          <Button
            variant="secondary"
            onClick={() => amount.change(formatAmount(amount.ownMicros, { grouping: false }))}
          >
            {all}
          </Button>
        )
      }
    />
  );
}
