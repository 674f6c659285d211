import { reservesNow } from "@/lib/collateral/queries";
import { log } from "@/lib/log";
import type { ReservesWire } from "./reserves-wire";

/** The count for the first drawing of a page; none is better than a wrong one. */
export async function countNow(): Promise<ReservesWire | null> {
  try {
    return wireOf(await reservesNow());
  } catch (err) {
    log.error({ err }, "reserves could not be counted");
    return null;
  }
}

export function wireOf(now: Awaited<ReturnType<typeof reservesNow>>): ReservesWire {
  return {
    marketMicros: now.marketMicros.toString(),
    lendableMicros: now.lendableMicros.toString(),
    supplyMicros: now.supplyMicros.toString(),
    asOf: now.asOf.toISOString(),
  };
}
