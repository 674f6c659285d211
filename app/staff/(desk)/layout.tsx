import type { ReactNode } from "react";
import { NavLink } from "@/app/nav-link";
import { rememberedTheme } from "@/app/theme";
import { StaffShell } from "@/components/layout/staff-shell";
import { ThemeToggle } from "@/components/layout/theme-toggle";
import { pageContext } from "@/lib/auth/page";
import { hasPermission, type Permission } from "@/lib/auth/permissions";
import { staffName } from "@/lib/auth/queries";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { deskCountsNow } from "./health-now";
import { SignOut } from "./sign-out";

type Item = { href: string; label: string; permission: Permission; count?: number };

/** Draws the desk around a page; each page lets in or sends away for itself. */
export default async function DeskLayout({ children }: { children: ReactNode }) {
  const ctx = await pageContext();
  const { actor } = ctx;
  if (actor.kind !== "staff") return children;
  const [waiting, name, theme] = await Promise.all([deskCountsNow(), staffName(ctx), rememberedTheme()]);
  const t = translator("shared");
  const groups: { label: string; items: Item[] }[] = [
    {
      label: "Queues",
      items: [
        { href: "/staff", label: "Today", permission: "operations:read" },
        {
          href: "/staff/identity",
          label: "Identity",
          permission: "identity:read",
          count: waiting.applications,
        },
        {
          href: "/staff/approvals",
          label: "Approvals",
          permission: "approval:read",
          count: waiting.approvals,
        },
        { href: "/staff/customers", label: "Customers", permission: "customer:find" },
        { href: "/staff/certification", label: "Certification", permission: "certification:read" },
      ],
    },
    {
      label: "The bank",
      items: [
        { href: "/staff/operations", label: "Operations", permission: "operations:read" },
        { href: "/staff/validators", label: "Command centre", permission: "operations:read" },
        { href: "/staff/switches", label: "Switches", permission: "switch:read" },
      ],
    },
  ];
  const seen = groups.map(({ label, items }) => ({
    label,
    items: items.filter(({ permission }) => hasPermission(actor, permission)),
  }));
  return (
    <StaffShell
      bankName={activeProfile().bankName}
      groups={seen}
      link={NavLink}
      tools={
        <ThemeToggle
          initial={theme}
          words={{ system: t("theme.system"), light: t("theme.light"), dark: t("theme.dark") }}
        />
      }
      who={<SignOut name={name} role={actor.role} />}
    >
      {children}
    </StaffShell>
  );
}
