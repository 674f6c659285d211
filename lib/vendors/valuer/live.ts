import type { Hex } from "viem";
import { callPartner } from "@/lib/vendors/call-partner";
import type { Valuer } from "@/lib/vendors/valuer/contract";

export function liveValuer(input: { url: string; token: string }): Valuer {
  const call = <T>(path: string, body: unknown) =>
    callPartner<T>({ partner: "valuer", url: new URL(path, input.url).href, token: input.token, body });
  return {
    signValuation: async (request) => (await call<{ signature: Hex }>("/valuations", request)).signature,
    signAttestation: async () => {
      const { attestation: a, signature } = await call<{
        attestation: { marketTotal: string; lendableTotal: string; positionsRoot: Hex; asOf: string };
        signature: Hex;
      }>("/attestations", {});
      return {
        attestation: {
          marketTotal: BigInt(a.marketTotal),
          lendableTotal: BigInt(a.lendableTotal),
          positionsRoot: a.positionsRoot,
          asOf: BigInt(a.asOf),
        },
        signature,
      };
    },
  };
}
