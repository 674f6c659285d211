import { readFileSync } from "node:fs";
import type { Hex, PublicClient } from "viem";
import { publicClient } from "@/lib/chain/client";
import { env } from "@/lib/env";

export interface BlockRef {
  number: bigint;
  hash: Hex;
}

/** The chain and the saved copy of it disagree about a block that counted as final. */
export class FinalityBroken extends Error {
  override name = "FinalityBroken";
  constructor(
    readonly saved: BlockRef,
    readonly found: Hex | undefined,
  ) {
    super(`block ${saved.number} was final as ${saved.hash}, the chain now has ${found ?? "no such block"}`);
  }
}

/** What the chain keeper last put on disk; undefined before its first save. */
export function readSavedBlock(path: string): BlockRef | undefined {
  try {
    const { number, hash } = JSON.parse(readFileSync(path, "utf8")) as { number: string; hash: Hex };
    return { number: BigInt(number), hash };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The last block that may be credited: the chain's own finalized tag, and where a saved copy decides
 * whether a block outlives a crash (demo), never past that copy. Undefined while nothing is final.
 */
export async function finalizedBlockOf(
  client: PublicClient,
  finalityFile: string | undefined,
): Promise<BlockRef | undefined> {
  const tagged = await client.getBlock({ blockTag: "finalized" }).catch((error: Error) => {
    if (/not found|could not be found/i.test(error.message)) return undefined;
    throw error;
  });
  if (!tagged?.hash) return undefined;
  const byTag = { number: tagged.number, hash: tagged.hash };
  if (!finalityFile) return byTag;
  const saved = readSavedBlock(finalityFile);
  if (!saved) return undefined;
  if (byTag.number <= saved.number) return byTag;
  const onChain = await client.getBlock({ blockNumber: saved.number });
  if (onChain.hash !== saved.hash) throw new FinalityBroken(saved, onChain.hash);
  return saved;
}

/** Of the chain this installation runs on. */
export function finalizedBlock(): Promise<BlockRef | undefined> {
  return finalizedBlockOf(publicClient(), env.chainFinalityFile);
}
