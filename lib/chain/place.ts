import type { FactOrigin } from "@/lib/chain/facts";

/** The columns that say where a row stands on the chain. */
export const placeOf = ({ chainId, blockNumber, blockHash, txHash, logIndex }: FactOrigin) => ({
  chainId,
  blockNumber,
  blockHash,
  txHash,
  logIndex,
});
