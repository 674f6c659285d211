"use client";

import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";

export type DialogProps = {
  open?: boolean;
  defaultOpen?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The element that opens it; leave out when `open` is controlled. */
  trigger?: ReactNode;
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  /** Keeps the dialog up while something is being signed or sent. */
  locked?: boolean;
  closeLabel?: string;
  children?: ReactNode;
};

export function Dialog({
  open,
  defaultOpen,
  onOpenChange,
  trigger,
  title,
  description,
  footer,
  locked,
  closeLabel = "Close",
  children,
}: DialogProps) {
  const stay = (event: Event) => {
    if (locked) event.preventDefault();
  };
  return (
    <Radix.Root open={open} defaultOpen={defaultOpen} onOpenChange={onOpenChange}>
      {trigger && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          onEscapeKeyDown={stay}
          onPointerDownOutside={stay}
          onInteractOutside={stay}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] animate-rise overflow-y-auto border-t-4 border-accent bg-raised p-6",
            "sm:inset-x-auto sm:bottom-auto sm:top-1/2 sm:left-1/2 sm:w-full sm:max-w-lg sm:-translate-x-1/2 sm:-translate-y-1/2 sm:animate-none sm:p-8",
          )}
        >
          <div className="flex items-start justify-between gap-4">
            <Radix.Title className="font-display text-heading font-medium">{title}</Radix.Title>
            {!locked && (
              <Radix.Close
                aria-label={closeLabel}
                className="-mt-2 -mr-2 grid size-11 shrink-0 cursor-pointer place-content-center rounded-sm hover:bg-sunk"
              >
                <Icon name="cross" />
              </Radix.Close>
            )}
          </div>
          {description && <Radix.Description className="mt-2 text-soft">{description}</Radix.Description>}
          {children && <div className="mt-5">{children}</div>}
          {footer && <div className="mt-7 flex flex-col gap-3 sm:flex-row-reverse">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const DialogClose = Radix.Close;
