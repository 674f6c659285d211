import type { ReactNode } from "react";
import type { NavItem } from "@/components/layout/public-header";
import { Wordmark } from "@/components/layout/wordmark";
import type { LinkComponent } from "@/components/ui/link-button";

export type StaffShellProps = {
  bankName: string;
  groups: readonly { label: string; items: readonly (NavItem & { count?: number })[] }[];
  link: LinkComponent;
  /** Name, role and the way out. */
  who?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
};

/** Denser than the customers' rooms: a desk with queues and their counts. */
export function StaffShell({ bankName, groups, link: Anchor, who, tools, children }: StaffShellProps) {
  return (
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[20rem_1fr]">
      <header className="border-b border-rule bg-sunk px-4 py-3 lg:sticky lg:top-0 lg:flex lg:h-dvh lg:flex-col lg:overflow-y-auto lg:border-r lg:border-b-0 lg:px-5 lg:py-6">
        <div className="flex items-center justify-between gap-2">
          <Wordmark bankName={bankName} link={Anchor} href="/staff" />
          {tools}
        </div>
        <nav
          aria-label="Staff"
          className="-mx-2 flex flex-wrap gap-1 lg:mt-6 lg:flex-col lg:flex-nowrap lg:gap-5"
        >
          {groups.map((group) => (
            <div key={group.label} className="contents lg:block">
              <p className="sr-only px-2 pb-1 text-label font-semibold text-soft lg:not-sr-only lg:px-3">
                {group.label}
              </p>
              <ul className="contents lg:flex lg:flex-col">
                {group.items.map((item) => (
                  <li key={item.href}>
                    <Anchor
                      href={item.href}
                      className="flex min-h-11 items-center justify-between gap-3 border-b-3 border-transparent px-2 whitespace-nowrap -outline-offset-3 hover:bg-rule aria-[current=page]:border-accent aria-[current=page]:font-semibold lg:border-b-0 lg:border-l-4"
                    >
                      {item.label}
                      {item.count !== undefined && item.count > 0 && (
                        <span className="rounded-sm bg-accent px-1.5 text-label font-bold text-on-accent">
                          {item.count}
                          <span className="sr-only"> waiting</span>
                        </span>
                      )}
                    </Anchor>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        {who && <div className="mt-2 text-note lg:mt-auto lg:border-t lg:border-rule lg:pt-4">{who}</div>}
      </header>
      <main id="content" className="min-w-0 px-4 py-6 sm:px-8 sm:py-8">
        {children}
      </main>
    </div>
  );
}
