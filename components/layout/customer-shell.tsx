import type { ReactNode } from "react";
import { Wordmark } from "@/components/layout/wordmark";
import { Icon, type IconName } from "@/components/ui/icon";
import type { LinkComponent } from "@/components/ui/link-button";

export type ShellItem = { href: string; label: string; icon: IconName };

export type CustomerShellProps = {
  bankName: string;
  /** Four or five: they are the bar at the foot of a phone and the list at the side of a desk. */
  nav: readonly ShellItem[];
  navLabel: string;
  link: LinkComponent;
  /** Who is signed in, with the way out. */
  account?: ReactNode;
  /** A theme toggle and the like. */
  tools?: ReactNode;
  /** Something the whole account must know, above every page. */
  notice?: ReactNode;
  children: ReactNode;
};

export function CustomerShell({
  bankName,
  nav,
  navLabel,
  link: Anchor,
  account,
  tools,
  notice,
  children,
}: CustomerShellProps) {
  return (
    <div className="mx-auto max-w-page lg:grid lg:grid-cols-[17rem_1fr]">
      <header className="flex flex-wrap items-center justify-between gap-2 border-b border-rule px-4 py-3 sm:px-6 lg:sticky lg:top-0 lg:h-dvh lg:flex-col lg:flex-nowrap lg:items-stretch lg:justify-start lg:gap-8 lg:border-r lg:border-b-0 lg:px-4 lg:py-6">
        <Wordmark bankName={bankName} link={Anchor} className="max-w-60" />
        <nav
          aria-label={navLabel}
          className="fixed inset-x-0 bottom-0 z-30 border-t-2 border-ink bg-paper pb-[env(safe-area-inset-bottom)] lg:static lg:-mx-3 lg:border-0 lg:bg-transparent"
        >
          <ul className="flex lg:flex-col lg:gap-1">
            {nav.map((item) => (
              <li key={item.href} className="min-w-0 flex-1">
                <Anchor
                  href={item.href}
                  className="flex min-h-15 flex-col items-center justify-center gap-0.5 border-t-3 border-transparent px-1 text-label text-soft -outline-offset-3 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-semibold aria-[current=page]:text-ink lg:min-h-11 lg:flex-row lg:justify-start lg:gap-3 lg:border-t-0 lg:border-l-4 lg:px-3 lg:text-base"
                >
                  <Icon name={item.icon} />
                  <span className="max-w-full truncate">{item.label}</span>
                </Anchor>
              </li>
            ))}
          </ul>
        </nav>
        <div className="-mr-3 flex grow items-center justify-between gap-2 lg:mt-auto lg:-mr-0 lg:-ml-2 lg:grow-0 lg:flex-col lg:items-start">
          {account}
          <div className="ml-auto lg:ml-0">{tools}</div>
        </div>
      </header>
      <div className="min-w-0 pb-24 lg:pb-16">
        {notice && <div className="px-4 pt-4 sm:px-6 lg:px-10">{notice}</div>}
        <main id="content" className="px-4 py-6 sm:px-6 sm:py-10 lg:px-10">
          {children}
        </main>
      </div>
    </div>
  );
}
