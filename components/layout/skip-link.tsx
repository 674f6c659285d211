import type { ReactNode } from "react";

/** Every page's main element carries id="content". */
export function SkipLink({ children }: { children: ReactNode }) {
  return (
    <a
      href="#content"
      className="sr-only z-50 bg-accent font-semibold text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:px-5 focus:py-3 focus:outline-ink"
    >
      {children}
    </a>
  );
}
