"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Draws the page anew while something is under way, and only while somebody looks at it. */
export function RefreshWhile({ waiting, everyMs = 2_500 }: { waiting: boolean; everyMs?: number }) {
  const router = useRouter();
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [waiting, everyMs, router]);
  return null;
}
