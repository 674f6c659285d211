"use client";

import Link, { useLinkStatus } from "next/link";
import { usePathname } from "next/navigation";
import type { ComponentProps } from "react";

type NavLinkProps = Omit<ComponentProps<"a">, "href"> & { href: string; prefetch?: false | null };

/** A link that knows when it stands on its own page or beneath it. */
export function NavLink({ href, prefetch, children, ...rest }: NavLinkProps) {
  const path = usePathname();
  const root = href.split("/").length === 2;
  const here = path === href || (!root && path.startsWith(`${href}/`));
  return (
    <Link href={href} prefetch={prefetch} aria-current={here ? "page" : undefined} {...rest}>
      {children}
      <OnTheWay />
    </Link>
  );
}

/** A line along the top while the next page is being made; pages are sent whole, so that their status is true. */
function OnTheWay() {
  const { pending } = useLinkStatus();
  return (
    pending && (
      <span
        aria-hidden="true"
        className="fixed inset-x-0 top-0 z-50 h-1 origin-left animate-onward bg-accent"
      />
    )
  );
}
