import { type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";
import { FieldError, type FieldText } from "@/components/ui/field";

/** One question with several controls: its label is the legend. */
export function Fieldset({
  label,
  hint,
  error,
  optional,
  large,
  className,
  children,
}: FieldText & { className?: string; children: ReactNode }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <fieldset
      aria-describedby={describedBy}
      className={cn("min-w-0", error && "border-l-4 border-bad pl-4", className)}
    >
      <legend className={cn("mb-1 font-semibold", large && "font-display text-heading font-medium")}>
        {label}
        {optional && <span className="font-normal text-soft"> (optional)</span>}
      </legend>
      {hint && (
        <div id={`${id}-hint`} className="mb-2 text-note text-soft">
          {hint}
        </div>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {children}
    </fieldset>
  );
}
