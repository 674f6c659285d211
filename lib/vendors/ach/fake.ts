import { createHash } from "node:crypto";
import type { Ach, AchTransfer } from "@/lib/vendors/ach/contract";

/** A rail that settles at once, for the demo and tests; references are made from the key, so that a retry gets the same. */
export function fakeAch(now: () => Date): Ach {
  const settle = (direction: string) => async (transfer: AchTransfer) => ({
    status: "settled" as const,
    reference: `DEMO-${createHash("sha256").update(`${direction}:${transfer.key}`).digest("hex").slice(0, 12).toUpperCase()}`,
    settledAt: now(),
  });
  return { debit: settle("debit"), credit: settle("credit") };
}
