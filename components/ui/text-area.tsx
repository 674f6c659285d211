"use client";

import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { controlStyles, Field, type FieldText } from "@/components/ui/field";
import { useEarlyInput } from "@/components/ui/ready";

export type TextAreaProps = ComponentProps<"textarea"> & FieldText;

export function TextArea({
  label,
  hint,
  error,
  optional,
  large,
  id,
  className,
  rows = 4,
  ...rest
}: TextAreaProps) {
  const early = useEarlyInput<HTMLTextAreaElement>(rest);
  return (
    <Field {...{ id, label, hint, error, optional, large, className }}>
      {(control) => (
        <textarea ref={early} rows={rows} {...rest} {...control} className={cn(controlStyles, "resize-y")} />
      )}
    </Field>
  );
}
