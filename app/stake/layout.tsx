import type { ComponentProps, ReactNode } from "react";
import { NavLink } from "@/app/nav-link";
import { rememberedTheme } from "@/app/theme";
import { CustomerShell } from "@/components/layout/customer-shell";
import { ThemeToggle } from "@/components/layout/theme-toggle";
import { type LinkComponent, PlainLink } from "@/components/ui/link-button";
import { WalletHost } from "@/components/wallet/wallet-host";
import { WalletNotice } from "@/components/wallet/wallet-notice";
import { pageContext } from "@/lib/auth/page";
import { pickMessages } from "@/lib/messages/catalogue";
import { MessagesProvider } from "@/lib/messages/provider";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { SignedInAs } from "./signed-in-as";
import { strangersTexts } from "./strangers-texts";
import { StrangersWalletHost } from "./strangers-wallet-host";

/** The only layout whose pages may load wallet code, and they do so on Connect. */
export default async function StakeLayout({ children }: { children: ReactNode }) {
  const { actor } = await pageContext();
  const profile = activeProfile();
  const t = translator("stake.nav");
  const shared = translator("shared");
  const address = actor.kind === "customer" ? actor.address : undefined;
  const nav = address
    ? ([
        { href: "/stake", label: t("overview"), icon: "home" },
        { href: "/stake/dollars", label: t("dollars"), icon: "coins" },
        { href: "/stake/new", label: t("stake"), icon: "sheaf" },
        { href: "/stake/rewards", label: t("rewards"), icon: "ledger" },
        { href: "/stake/account", label: t("account"), icon: "person" },
      ] as const)
    : ([
        { href: "/", label: t("front"), icon: "home" },
        { href: "/stake", label: t("welcome"), icon: "wallet" },
        { href: "/reserves", label: t("reserves"), icon: "shield" },
      ] as const);
  const page = (
    <CustomerShell
      bankName={profile.bankName}
      nav={nav}
      navLabel={t("label")}
      link={address ? NavLink : StrangerLink}
      tools={
        <ThemeToggle
          initial={await rememberedTheme()}
          words={{
            system: shared("theme.system"),
            light: shared("theme.light"),
            dark: shared("theme.dark"),
          }}
        />
      }
      account={address && <SignedInAs address={address} />}
      notice={address && <WalletNotice owner={address} />}
    >
      {children}
    </CustomerShell>
  );
  if (!address)
    return (
      <>
        {page}
        <StrangersWalletHost texts={strangersTexts()} />
      </>
    );
  return (
    <MessagesProvider messages={pickMessages("stake", "shared")} timeZone={profile.timeZone}>
      {page}
      <WalletHost />
    </MessagesProvider>
  );
}

/** A stranger's only page here is /stake; opened again it comes whole, with the account's texts if there is one now. */
function StrangerLink({ href, ...rest }: ComponentProps<LinkComponent>) {
  return href === "/stake" ? (
    <PlainLink href={href} aria-current="page" {...rest} />
  ) : (
    <NavLink href={href} {...rest} />
  );
}
