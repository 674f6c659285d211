import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { controlStyles, Field, type FieldText } from "@/components/ui/field";

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
  return (
    <Field {...{ id, label, hint, error, optional, large, className }}>
      {(control) => <textarea rows={rows} {...rest} {...control} className={cn(controlStyles, "resize-y")} />}
    </Field>
  );
}
