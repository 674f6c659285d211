import { z } from "zod";
import type { ConsensusAdapter, ConsensusHost } from "@/lib/vendors/consensus/contract";

const timeoutMs = 1_500;
const height = z
  .union([z.string().regex(/^\d{1,18}$/), z.number().int().nonnegative()])
  .transform((value) => BigInt(value));
const status = z.object({
  operatorId: z.number().int(),
  recomputedTo: height,
  finalTo: height.nullish(),
  trouble: z.object({ sentence: z.string() }).nullish(),
});

/** The validators' own nodes, each by its status page; one that is away, slow or unreadable is left out. */
export function followers(urls: readonly string[]): ConsensusAdapter {
  const ask = async (url: string): Promise<ConsensusHost[]> => {
    try {
      const response = await fetch(new URL("/status", url), {
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { operatorId, recomputedTo, finalTo, trouble } = status.parse(await response.json());
      const behind = (finalTo ?? recomputedTo) - recomputedTo;
      return [{ of: { operatorId }, behindBlocks: behind > 0n ? behind : 0n, problem: trouble?.sentence }];
    } catch {
      return [];
    }
  };
  return {
    source: "Each validator says so of its own node; all are demo nodes that execute every block again.",
    hosts: async () => (await Promise.all(urls.map(ask))).flat(),
  };
}
