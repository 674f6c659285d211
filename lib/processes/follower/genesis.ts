import type { Address, Hex } from "viem";
import { z } from "zod";

const hex = z.string().regex(/^0x[0-9a-f]+$/i, "a quantity in hex");
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an address");

/** What a chain begins with; public, like the genesis file that every node of a network is started with. */
export const genesisShape = z.strictObject({
  timestamp: hex,
  gasLimit: hex,
  baseFeePerGas: hex,
  /** balances in wei */
  alloc: z.record(address, hex),
});

export interface Genesis {
  timestamp: Hex;
  gasLimit: Hex;
  baseFeePerGas: Hex;
  alloc: Record<Address, Hex>;
}

const zero32 = `0x${"0".repeat(64)}`;

/** As anvil's --init reads it. */
export const genesisFile = (genesis: Genesis, chainId: number): string =>
  JSON.stringify({
    config: { chainId },
    nonce: "0x0",
    extraData: "0x",
    difficulty: "0x0",
    mixHash: zero32,
    coinbase: `0x${"0".repeat(40)}`,
    ...genesis,
    alloc: Object.fromEntries(Object.entries(genesis.alloc).map(([of, balance]) => [of, { balance }])),
  });
