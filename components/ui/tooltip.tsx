"use client";

import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";

/** A small note behind a button: opens by press, so that it works with a finger and a keyboard too. */
export function Tooltip({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={label}
        className="-my-3 inline-grid size-11 cursor-pointer place-content-center align-middle text-soft hover:text-accent"
      >
        <Icon name="info" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          sideOffset={4}
          collisionPadding={16}
          aria-label={label}
          className="z-50 max-w-80 border border-ink bg-raised px-4 py-3 text-note text-ink"
        >
          {children}
          <Popover.Arrow className="fill-ink" />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
