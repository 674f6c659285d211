"use client";

import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { controlStyles, Field, type FieldText } from "@/components/ui/field";
import { useEarlyInput } from "@/components/ui/ready";

const widths = {
  full: "w-full",
  half: "w-full max-w-md",
  short: "w-full max-w-56",
  code: "w-full max-w-32",
} as const;

export type TextInputProps = Omit<ComponentProps<"input">, "prefix" | "width"> &
  FieldText & { prefix?: ReactNode; suffix?: ReactNode; width?: keyof typeof widths };

export function TextInput({
  label,
  hint,
  error,
  optional,
  large,
  prefix,
  suffix,
  width = "full",
  id,
  className,
  ...rest
}: TextInputProps) {
  const early = useEarlyInput<HTMLInputElement>(rest);
  return (
    <Field {...{ id, label, hint, error, optional, large, className }}>
      {(control) => (
        <div className={cn("flex items-stretch", widths[width])}>
          {prefix && (
            <span className="flex items-center rounded-l-sm border border-r-0 border-edge bg-sunk px-3 text-soft">
              {prefix}
            </span>
          )}
          <input
            type="text"
            ref={early}
            {...rest}
            {...control}
            className={cn(controlStyles, prefix && "rounded-l-none", suffix && "rounded-r-none")}
          />
          {suffix && (
            <span className="flex items-center rounded-r-sm border border-l-0 border-edge bg-sunk px-3 text-soft">
              {suffix}
            </span>
          )}
        </div>
      )}
    </Field>
  );
}
