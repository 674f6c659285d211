"use client";

import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { controlStyles, Field, type FieldText } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { useEarlyInput } from "@/components/ui/ready";

export type Option = { value: string; label: string; disabled?: boolean };

export type SelectProps = Omit<ComponentProps<"select">, "children"> &
  FieldText & {
    options: readonly Option[];
    /** The empty first choice, such as "Choose a county". */
    placeholder?: string;
  };

export function Select({
  label,
  hint,
  error,
  optional,
  large,
  options,
  placeholder,
  id,
  className,
  ...rest
}: SelectProps) {
  const early = useEarlyInput<HTMLSelectElement>(rest);
  return (
    <Field {...{ id, label, hint, error, optional, large, className }}>
      {(control) => (
        <span className="relative block max-w-md">
          <select ref={early} {...rest} {...control} className={cn(controlStyles, "appearance-none pr-10")}>
            {placeholder !== undefined && <option value="">{placeholder}</option>}
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon name="down" className="pointer-events-none absolute top-3 right-3" />
        </span>
      )}
    </Field>
  );
}
