"use client";

import type { VariantProps } from "class-variance-authority";
import { type ComponentProps, useId } from "react";
import { buttonStyles } from "@/components/ui/button-styles";
import { cn } from "@/components/ui/cn";
import { useReady } from "@/components/ui/ready";
import { Spinner } from "@/components/ui/spinner";

export type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonStyles> & {
    /** Shows a spinner, keeps the width, ignores presses. */
    busy?: boolean;
    busyLabel?: string;
    /** Disables the button and says why beneath it. */
    disabledReason?: string | null;
  };

export function Button({
  variant,
  size,
  wide,
  busy = false,
  busyLabel,
  disabled,
  disabledReason,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const ready = useReady();
  const off = Boolean(disabled || disabledReason || busy);
  const button = (
    <button
      {...rest}
      type={off && type === "submit" ? "button" : type}
      disabled={!ready}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={disabledReason ? reasonId : rest["aria-describedby"]}
      onClick={off ? undefined : onClick}
      className={cn(buttonStyles({ variant, size, wide }), className)}
    >
      {busy && <Spinner />}
      <span>{busy && busyLabel ? busyLabel : children}</span>
    </button>
  );
  if (!disabledReason) return button;
  return (
    <span className={cn("inline-flex flex-col gap-1.5", wide && "flex w-full")}>
      {button}
      <span id={reasonId} className="text-label text-soft">
        {disabledReason}
      </span>
    </span>
  );
}
