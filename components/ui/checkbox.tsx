"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";
import { FieldError, markStyles } from "@/components/ui/field";
import { useEarlyInput } from "@/components/ui/ready";

export type CheckboxProps = Omit<ComponentProps<"input">, "type"> & {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
};

export function Checkbox({ label, hint, error, id: givenId, className, ...rest }: CheckboxProps) {
  const early = useEarlyInput<HTMLInputElement>(rest);
  const ownId = useId();
  const id = givenId ?? ownId;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cn(error && "border-l-4 border-bad pl-4", className)}>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      <div className="flex min-h-11 items-start gap-3 py-2">
        <input
          ref={early}
          {...rest}
          id={id}
          type="checkbox"
          aria-describedby={describedBy}
          aria-invalid={error ? true : undefined}
          className={cn(
            markStyles,
            "rounded-sm checked:bg-accent",
            "before:h-3 before:w-1.5 before:-translate-y-px before:rotate-45 before:border-r-3 before:border-b-3 before:border-on-accent before:opacity-0 checked:before:opacity-100",
          )}
        />
        <div className="min-w-0 pt-px">
          <label htmlFor={id} className="cursor-pointer">
            {label}
          </label>
          {hint && (
            <div id={`${id}-hint`} className="text-note text-soft">
              {hint}
            </div>
          )}
        </div>
      </div>
    </div>
  );
}
