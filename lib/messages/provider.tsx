"use client";

import type { ReactNode } from "react";
import { IntlProvider } from "use-intl/react";
import type { Catalogue } from "@/lib/messages/catalogue";

/** `<MessagesProvider messages={pickMessages("stake", "shared")} timeZone={…}>` in a front's layout. */
export function MessagesProvider({
  messages,
  timeZone,
  children,
}: {
  messages: Partial<Catalogue>;
  timeZone: string;
  children: ReactNode;
}) {
  return (
    <IntlProvider locale="en-US" messages={messages as Catalogue} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}
