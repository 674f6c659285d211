"use client";

import { type ReactNode, useState } from "react";
import { Amount } from "@/components/money/amount";
import { TextInput, type TextInputProps } from "@/components/ui/text-input";
import { type ParsedAmount, tryParseAmount } from "@/lib/money/parse";

export type MoneyInputProps = Omit<TextInputProps, "value" | "defaultValue" | "onChange" | "prefix"> & {
  value?: string;
  defaultValue?: string;
  onValueChange?: (text: string, parsed: ParsedAmount) => void;
  /** A token's symbol; dollars when left out. */
  symbol?: string;
  /** Beside the field, such as a "Use all" button. */
  action?: ReactNode;
};

/** Takes text as people type or paste it, and shows what it was understood as. The form posts the text. */
export function MoneyInput({
  value,
  defaultValue = "",
  onValueChange,
  symbol,
  action,
  ...rest
}: MoneyInputProps) {
  const [own, setOwn] = useState(defaultValue);
  const text = value ?? own;
  const parsed = tryParseAmount(text);
  return (
    <div>
      <div className="flex flex-wrap items-end gap-3">
        <TextInput
          {...rest}
          inputMode="decimal"
          autoComplete="off"
          width="half"
          prefix={symbol ? undefined : "$"}
          suffix={symbol}
          value={text}
          onChange={(event) => {
            setOwn(event.target.value);
            onValueChange?.(event.target.value, tryParseAmount(event.target.value));
          }}
          className="min-w-56 max-w-md flex-1"
        />
        {action}
      </div>
      <p aria-live="polite" className="mt-1 min-h-6 text-note text-soft">
        {parsed.ok && (
          <>
            That is <Amount amountMicros={parsed.micros} symbol={symbol} className="font-semibold text-ink" />
          </>
        )}
      </p>
    </div>
  );
}
