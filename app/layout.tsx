import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { rememberedTheme } from "@/app/theme";
import { DemoStrip } from "@/components/layout/demo-strip";
import { SkipLink } from "@/components/layout/skip-link";
import { env } from "@/lib/env";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";

export async function generateMetadata(): Promise<Metadata> {
  const { bankName } = activeProfile();
  return {
    title: { default: bankName, template: `%s · ${bankName}` },
    icons: { icon: { url: "/granary-mark.svg", type: "image/svg+xml" } },
  };
}

export const viewport: Viewport = { colorScheme: "light dark" };

/** Drawn anew for every request: the nonce of the security policy must be in the page. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const theme = await rememberedTheme();
  const requestId = (await headers()).get("x-request-id") ?? undefined;
  const t = translator("shared");
  return (
    <html lang="en-US" data-theme={theme} data-request={requestId} suppressHydrationWarning>
      <body>
        <SkipLink>{t("skip")}</SkipLink>
        {env.isDemo && <DemoStrip>{t("demo")}</DemoStrip>}
        {children}
      </body>
    </html>
  );
}
