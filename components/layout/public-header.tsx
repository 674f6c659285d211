import type { ReactNode } from "react";
import { Wordmark } from "@/components/layout/wordmark";
import type { LinkComponent } from "@/components/ui/link-button";

export type NavItem = { href: string; label: string };

export function PublicHeader({
  bankName,
  nav,
  navLabel,
  action,
  theme,
  link: Anchor,
}: {
  bankName: string;
  nav: readonly NavItem[];
  navLabel: string;
  action: ReactNode;
  theme: ReactNode;
  link: LinkComponent;
}) {
  return (
    <header className="border-b border-rule">
      <div className="mx-auto flex max-w-page flex-wrap items-center gap-x-6 gap-y-1 px-4 py-3 sm:px-6">
        <Wordmark bankName={bankName} link={Anchor} className="mr-auto max-w-60" />
        <nav
          aria-label={navLabel}
          className="order-last -mx-2 w-full overflow-x-auto sm:order-none sm:mx-0 sm:w-auto"
        >
          <ul className="flex gap-x-1">
            {nav.map((item) => (
              <li key={item.href}>
                <Anchor
                  href={item.href}
                  className="inline-flex min-h-11 items-center px-2 whitespace-nowrap -outline-offset-3 underline-offset-8 hover:underline aria-[current=page]:font-semibold aria-[current=page]:underline aria-[current=page]:decoration-accent aria-[current=page]:decoration-3 sm:px-3"
                >
                  {item.label}
                </Anchor>
              </li>
            ))}
          </ul>
        </nav>
        <div className="flex items-center gap-2">
          {theme}
          {action}
        </div>
      </div>
    </header>
  );
}
