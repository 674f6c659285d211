import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";

/** A question with its answer folded beneath it; needs no script. */
export function Why({
  question,
  children,
  className,
  isOpen,
  onOpen,
}: {
  question: ReactNode;
  children: ReactNode;
  className?: string;
  isOpen?: boolean;
  onOpen?: () => void;
}) {
  return (
    <details
      className={cn("group", className)}
      open={isOpen}
      onToggle={onOpen && ((event) => event.currentTarget.open && onOpen())}
    >
      <summary className="inline-flex min-h-11 cursor-pointer list-none items-center gap-2 font-semibold underline decoration-accent decoration-2 underline-offset-4 hover:text-accent [&::-webkit-details-marker]:hidden">
        <Icon name="down" className="size-4 transition-transform group-open:rotate-180" />
        <span>{question}</span>
      </summary>
      <div className="mt-1 mb-3 border-l-4 border-rule py-1 pl-4 wrap-anywhere text-soft">{children}</div>
    </details>
  );
}
