import { UAParser } from "@/components/wallet/browser-and-system.mjs";

/** "Firefox on Windows", as far as the browser says so itself; never more than a hint. */
export function browserName(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined;
  const { browser, os } = UAParser(userAgent);
  return browser.name && os.name ? `${browser.name} on ${os.name}` : (browser.name ?? os.name);
}
