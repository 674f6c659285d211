"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Reads the page again every other second while somebody looks at it and something is under way. */
export function Watch({ seconds }: { seconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, seconds * 1_000);
    return () => clearInterval(timer);
  }, [router, seconds]);
  return null;
}
