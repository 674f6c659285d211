"use client";

import { useState } from "react";
import { Icon } from "@/components/ui/icon";

export type Theme = "system" | "light" | "dark";

const after: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: "system", light: "sun", dark: "moon" } as const;
const aYear = 31_536_000;

/** Goes round device, light, dark. The cookie lets the server draw the next page in the right colors at once. */
export function ThemeToggle({ initial, words }: { initial: Theme; words: Record<Theme, string> }) {
  const [theme, setTheme] = useState(initial);
  function turn() {
    const next = after[theme];
    setTheme(next);
    document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not yet everywhere
    document.cookie = `granary-theme=${next};path=/;max-age=${aYear};samesite=lax`;
  }
  return (
    <button
      type="button"
      onClick={turn}
      aria-label={words[theme]}
      title={words[theme]}
      className="grid size-11 shrink-0 cursor-pointer place-content-center rounded-sm -outline-offset-3 hover:bg-sunk"
    >
      <Icon name={icons[theme]} />
    </button>
  );
}
