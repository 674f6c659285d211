"use client";

import { useState } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";

export type CopyableProps = {
  value: string;
  /** What is being copied, for the button's name: "address", "reference". */
  what: string;
  /** Shows the first and last characters; the whole value is copied. */
  shorten?: boolean;
  className?: string;
};

export function shortened(value: string): string {
  return value.length > 16 ? `${value.slice(0, 6)}…${value.slice(-4)}` : value;
}

export function Copyable({ value, what, shorten, className }: CopyableProps) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2500);
    } catch {
      setCopied(false);
    }
  }
  return (
    <span className={cn("inline-flex max-w-full items-center gap-1", className)}>
      <code
        className="min-w-0 font-mono text-[0.9em] break-all select-all"
        title={shorten ? value : undefined}
      >
        {shorten ? shortened(value) : value}
      </code>
      <button
        type="button"
        onClick={copy}
        aria-label={`Copy ${what}`}
        className="-my-2.5 grid size-11 shrink-0 cursor-pointer place-content-center rounded-sm text-soft hover:text-accent"
      >
        <Icon name={copied ? "check" : "copy"} className="size-4.5" />
      </button>
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </span>
  );
}
