import { type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";

export type FieldText = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** Fields are required unless they say so here. */
  optional?: boolean;
  /** A label as large as a page heading, for pages that ask one question. */
  large?: boolean;
};

export type ControlProps = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="mb-2 flex items-start gap-2 font-semibold text-bad">
      <Icon name="alert" className="mt-0.5" />
      <span>
        <span className="sr-only">Error: </span>
        {children}
      </span>
    </p>
  );
}

/** Label, hint and error above the control, in that order, and tied to it. */
export function Field({
  id: givenId,
  label,
  hint,
  error,
  optional,
  large,
  className,
  children,
}: FieldText & { id?: string; className?: string; children: (control: ControlProps) => ReactNode }) {
  const ownId = useId();
  const id = givenId ?? ownId;
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [hint && hintId, error && errorId].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cn("min-w-0", error && "border-l-4 border-bad pl-4", className)}>
      <label
        htmlFor={id}
        className={cn("mb-1 block font-semibold", large && "font-display text-heading font-medium")}
      >
        {label}
        {optional && <span className="font-normal text-soft"> (optional)</span>}
      </label>
      {hint && (
        <div id={hintId} className="mb-2 text-note text-soft">
          {hint}
        </div>
      )}
      {error && <FieldError id={errorId}>{error}</FieldError>}
      {children({ id, "aria-describedby": describedBy, "aria-invalid": error ? true : undefined })}
    </div>
  );
}

export const controlStyles = cn(
  "min-h-11 w-full min-w-0 rounded-sm border border-edge bg-raised px-3 py-2 text-ink",
  "placeholder:text-soft aria-invalid:border-2 aria-invalid:border-bad",
  "disabled:cursor-not-allowed disabled:bg-sunk disabled:text-soft",
);

export const markStyles = cn(
  "peer grid size-6 shrink-0 cursor-pointer appearance-none place-content-center border-2 border-edge bg-raised",
  "checked:border-accent aria-invalid:border-bad disabled:cursor-not-allowed disabled:bg-sunk",
);
