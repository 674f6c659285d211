import type { ReactNode } from "react";
import { GuillocheBand } from "@/components/art/guilloche";
import type { NavItem } from "@/components/layout/public-header";
import { Wordmark } from "@/components/layout/wordmark";
import type { LinkComponent } from "@/components/ui/link-button";

export function PublicFooter({
  bankName,
  nav,
  navLabel,
  link: Anchor,
  children,
}: {
  bankName: string;
  nav: readonly NavItem[];
  navLabel: string;
  link: LinkComponent;
  children: ReactNode;
}) {
  return (
    <footer className="mt-20">
      <GuillocheBand className="h-6 text-rule" />
      <div className="mx-auto grid max-w-page gap-8 px-4 py-10 sm:grid-cols-[1fr_auto] sm:px-6">
        <div className="max-w-text space-y-4">
          <Wordmark bankName={bankName} link={Anchor} />
          <div className="space-y-2 text-note text-soft">{children}</div>
        </div>
        <nav aria-label={navLabel}>
          <ul>
            {nav.map((item) => (
              <li key={item.href}>
                <Anchor href={item.href} prefetch={false} className="link inline-flex min-h-11 items-center">
                  {item.label}
                </Anchor>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </footer>
  );
}
