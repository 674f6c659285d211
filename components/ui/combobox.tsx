"use client";

import { type ComponentProps, useId, useState } from "react";
import { cn } from "@/components/ui/cn";
import { controlStyles, Field, type FieldText } from "@/components/ui/field";
import type { Option } from "@/components/ui/select";

export type ComboboxProps = Omit<ComponentProps<"input">, "value" | "defaultValue" | "onChange" | "list"> &
  FieldText & {
    name: string;
    options: readonly Option[];
    defaultValue?: string;
    /** Called with the option's value, or "" while the text matches none. */
    onValueChange?: (value: string) => void;
  };

const plain = (text: string) => text.trim().toLocaleLowerCase("en-US");

/** Type to find: the label is shown, the option's value is what the form posts. */
export function Combobox({
  label,
  hint,
  error,
  optional,
  large,
  options,
  name,
  defaultValue = "",
  onValueChange,
  id,
  className,
  ...rest
}: ComboboxProps) {
  const listId = useId();
  const [text, setText] = useState(options.find((option) => option.value === defaultValue)?.label ?? "");
  const chosen = (typed: string) =>
    options.find((option) => plain(option.label) === plain(typed) || plain(option.value) === plain(typed))
      ?.value ?? "";
  return (
    <Field {...{ id, label, hint, error, optional, large, className }}>
      {(control) => (
        <>
          <input
            type="text"
            autoComplete="off"
            {...rest}
            {...control}
            list={listId}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              onValueChange?.(chosen(event.target.value));
            }}
            className={cn(controlStyles, "max-w-md")}
          />
          <datalist id={listId}>
            {options.map((option) => (
              <option key={option.value} value={option.label} />
            ))}
          </datalist>
          <input type="hidden" name={name} value={chosen(text)} />
        </>
      )}
    </Field>
  );
}
