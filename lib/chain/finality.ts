import { readFileSync } from "node:fs";
import type { Hex, PublicClient } from "viem";
import { publicClient } from "@/lib/chain/client";
import { NodeTrouble } from "@/lib/chain/trouble";
import { env } from "@/lib/env";

export interface BlockRef {
  number: bigint;
  hash: Hex;
}

/** The chain and the saved copy of it disagree about a block that counted as final. */
export class FinalityBroken extends NodeTrouble {
  override name = "FinalityBroken";
  constructor(
    readonly saved: BlockRef,
    readonly found: Hex,
  ) {
    super("finality_broken", `block ${saved.number} was final as ${saved.hash}, the chain now has ${found}`);
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
export async function lastCreditable(
  tagged: BlockRef | undefined,
  finalityFile: string | undefined,
  hashOnChain: (number: bigint) => Promise<Hex | undefined>,
): Promise<BlockRef | undefined> {
  if (!tagged || !finalityFile) return tagged;
  const saved = readSavedBlock(finalityFile);
  if (!saved) return undefined;
  if (tagged.number <= saved.number) return tagged;
  const found = await hashOnChain(saved.number);
  if (found === undefined) throw new NodeTrouble("node_behind", `the node has no block ${saved.number}`);
  if (found !== saved.hash) throw new FinalityBroken(saved, found);
  return saved;
}

export async function finalizedBlockOf(
  client: PublicClient,
  finalityFile: string | undefined,
): Promise<BlockRef | undefined> {
  const tagged = await client.getBlock({ blockTag: "finalized" }).catch((error: Error) => {
    if (/not found|could not be found/i.test(error.message)) return undefined;
    throw error;
  });
  if (!tagged?.hash) return undefined;
  return lastCreditable({ number: tagged.number, hash: tagged.hash }, finalityFile, async (blockNumber) => {
    const { hash } = await client.getBlock({ blockNumber });
    return hash;
  });
}

/** Of the chain this installation runs on. */
export function finalizedBlock(): Promise<BlockRef | undefined> {
  return finalizedBlockOf(publicClient(), env.chainFinalityFile);
}
