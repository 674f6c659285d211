import { type Hex, type PublicClient, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { reserveRegistryAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { attestationTypedData, valuationTypedData } from "@/lib/chain/typed-data";
import type { Valuer } from "@/lib/vendors/valuer/contract";

/** A valuer that agrees with everything, for tests. */
export function fakeValuer(input: { key: Hex; deployment: Deployment; client: PublicClient }): Valuer {
  const account = privateKeyToAccount(input.key);
  const address = input.deployment.contracts.reserveRegistry;
  const domain = { chainId: input.deployment.chainId, verifyingContract: address };
  const total = (functionName: "marketTotal" | "lendableTotal") =>
    input.client.readContract({ address, abi: reserveRegistryAbi, functionName });
  return {
    signValuation: ({ position }) => account.signTypedData(valuationTypedData({ ...domain, position })),
    signAttestation: async () => {
      const [block, marketTotal, lendableTotal] = await Promise.all([
        input.client.getBlock(),
        total("marketTotal"),
        total("lendableTotal"),
      ]);
      const attestation = { marketTotal, lendableTotal, positionsRoot: zeroHash, asOf: block.timestamp };
      return {
        attestation,
        signature: await account.signTypedData(attestationTypedData({ ...domain, attestation })),
      };
    },
  };
}
