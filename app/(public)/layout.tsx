import Link from "next/link";
import type { ReactNode } from "react";
import { NavLink } from "@/app/nav-link";
import { rememberedTheme } from "@/app/theme";
import { PublicFooter } from "@/components/layout/public-footer";
import { PublicHeader } from "@/components/layout/public-header";
import { ThemeToggle } from "@/components/layout/theme-toggle";
import { LinkButton } from "@/components/ui/link-button";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";

export default async function PublicLayout({ children }: { children: ReactNode }) {
  const { bankName, tokenName, tokenSymbol } = activeProfile();
  const t = translator("public");
  const shared = translator("shared");
  const pages = [
    { href: "/reserves", label: t("nav.reserves") },
    { href: "/about-rewards", label: t("nav.rewards") },
    { href: "/register", label: t("nav.register") },
  ];
  return (
    <>
      <PublicHeader
        bankName={bankName}
        nav={pages}
        navLabel={t("nav.label")}
        link={NavLink}
        theme={
          <ThemeToggle
            initial={await rememberedTheme()}
            words={{
              system: shared("theme.system"),
              light: shared("theme.light"),
              dark: shared("theme.dark"),
            }}
          />
        }
        action={
          <LinkButton
            href="/stake"
            link={Link}
            prefetch={false}
            variant="secondary"
            className="max-sm:hidden"
          >
            {t("nav.stake")}
          </LinkButton>
        }
      />
      <main id="content">{children}</main>
      <PublicFooter
        bankName={bankName}
        navLabel={t("nav.footer")}
        link={NavLink}
        nav={[
          ...pages,
          { href: "/stake", label: t("nav.stake") },
          { href: "/sign-in?to=%2Fstaff", label: t("nav.staff") },
        ]}
      >
        <p>{t("footer.what", { token: tokenName, symbol: tokenSymbol })}</p>
        <p>{t("footer.reward")}</p>
        <p>{t("footer.advice")}</p>
        {env.isDemo && <p>{t("footer.demo")}</p>}
      </PublicFooter>
    </>
  );
}
