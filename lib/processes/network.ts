import { z } from "zod";
import { contractNames, type Deployment } from "@/lib/chain/addresses";
import { type Genesis, genesisShape } from "@/lib/processes/follower/genesis";

/** What everybody on the network may know, and a validator needs: where the contracts lie, and how the chain began. */
export interface Network {
  deployment: Deployment;
  /** absent on a chain whose beginning is not ours to tell: the operator runs a node of its own there */
  genesis?: Genesis;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${digits}}$`));

const shape = z.object({
  deployment: z.object({
    chainId: z.number().int().positive(),
    deployedAtBlock: z.number().int().positive(),
    bytecodeHash: hex(64),
    epochSeconds: z.number().int().positive(),
    unbondingSeconds: z.number().int().nonnegative(),
    contracts: z.object(Object.fromEntries(contractNames.map((name) => [name, hex(40)]))),
  }),
  genesis: genesisShape.optional(),
});

/** Undefined when it is no such file. */
export function parseNetwork(text: string): Network | undefined {
  try {
    const parsed = shape.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as Network) : undefined;
  } catch {
    return undefined;
  }
}
