"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";
import { type FieldText, markStyles } from "@/components/ui/field";
import { Fieldset } from "@/components/ui/fieldset";
import { useEarlyInput } from "@/components/ui/ready";

export type RadioOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

export type RadioGroupProps = FieldText & {
  name: string;
  options: readonly RadioOption[];
  value?: string;
  defaultValue?: string;
  onChange?: ComponentProps<"input">["onChange"];
  required?: boolean;
  className?: string;
};

export function RadioGroup({
  name,
  options,
  value,
  defaultValue,
  onChange,
  required,
  ...text
}: RadioGroupProps) {
  const id = useId();
  return (
    <Fieldset {...text}>
      <div className="divide-y divide-rule border-y border-rule">
        {options.map((option, index) => (
          <div key={option.value} className="flex min-h-12 items-start gap-3 py-3">
            <Mark
              id={`${id}-${index}`}
              name={name}
              value={option.value}
              required={required}
              disabled={option.disabled}
              checked={value === undefined ? undefined : value === option.value}
              defaultChecked={value === undefined ? defaultValue === option.value : undefined}
              onChange={onChange}
              aria-describedby={option.hint ? `${id}-${index}-hint` : undefined}
            />
            <div className="min-w-0">
              <label htmlFor={`${id}-${index}`} className="cursor-pointer font-semibold">
                {option.label}
              </label>
              {option.hint && (
                <div id={`${id}-${index}-hint`} className="text-note text-soft">
                  {option.hint}
                </div>
              )}
            </div>
          </div>
        ))}
      </div>
    </Fieldset>
  );
}

function Mark(props: ComponentProps<"input">) {
  return (
    <input
      ref={useEarlyInput<HTMLInputElement>(props)}
      {...props}
      type="radio"
      className={cn(
        markStyles,
        "rounded-full before:size-3 before:rounded-full before:bg-accent before:opacity-0 checked:before:opacity-100",
      )}
    />
  );
}
