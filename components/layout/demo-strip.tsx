import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";

export function DemoStrip({ children }: { children: ReactNode }) {
  return (
    <aside aria-label="Demo" className="border-b border-rule bg-accent-wash text-ink">
      <p className="mx-auto flex max-w-page items-center justify-center gap-2 px-4 py-1.5 text-center text-label font-semibold">
        <Icon name="info" className="size-4" />
        {children}
      </p>
    </aside>
  );
}
