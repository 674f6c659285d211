"use client";

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export type TabsProps = {
  label: string;
  tabs: readonly { id: string; label: ReactNode; content: ReactNode }[];
  defaultTab?: string;
  value?: string;
  onValueChange?: (id: string) => void;
};

export function Tabs({ label, tabs, defaultTab, value, onValueChange }: TabsProps) {
  return (
    <Radix.Root value={value} defaultValue={defaultTab ?? tabs[0]?.id} onValueChange={onValueChange}>
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b-2 border-ink">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="min-h-11 cursor-pointer whitespace-nowrap px-4 py-2 font-semibold text-soft -outline-offset-3 hover:text-ink data-[state=active]:bg-ink data-[state=active]:text-paper"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="pt-6">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
