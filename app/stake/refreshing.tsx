"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState, useTransition } from "react";
import { Lagging } from "@/components/ui/skeleton";

const quickMs = 800;

/** Draws its part of the page anew from time to time; while the new figures are slow to come, the old ones stay, marked. */
export function Refreshing({ everyMs, children }: { everyMs: number; children: ReactNode }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") startTransition(() => router.refresh());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, router]);
  useEffect(() => {
    if (!isPending) return setIsSlow(false);
    const timer = setTimeout(() => setIsSlow(true), quickMs);
    return () => clearTimeout(timer);
  }, [isPending]);
  return <Lagging lagging={isSlow}>{children}</Lagging>;
}
