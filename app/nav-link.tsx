"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ComponentProps } from "react";

type NavLinkProps = Omit<ComponentProps<"a">, "href"> & { href: string; prefetch?: false | null };

/** A link that knows when it stands on its own page or beneath it. */
export function NavLink({ href, prefetch, ...rest }: NavLinkProps) {
  const path = usePathname();
  const root = href.split("/").length === 2;
  const here = path === href || (!root && path.startsWith(`${href}/`));
  return <Link href={href} prefetch={prefetch} aria-current={here ? "page" : undefined} {...rest} />;
}
