import type { Address } from "viem";
import { deployment } from "@/lib/chain/deployment";

/** What names the chain and contract in a browser's memory of unfinished steps. */
export function chainPlace(): { chainId: number; staking: Address } {
  const { chainId, contracts } = deployment();
  return { chainId, staking: contracts.staking };
}
