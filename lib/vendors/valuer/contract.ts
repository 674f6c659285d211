import type { Hex } from "viem";
import type { CustodyDocument, PositionContent } from "@/lib/vendors/custody-document";

export interface AttestationContent {
  marketTotal: bigint;
  lendableTotal: bigint;
  positionsRoot: Hex;
  asOf: bigint;
}

/** Values what is in custody under its own key, which the bank does not have. */
export interface Valuer {
  /** the signature over Valuation(position) */
  signValuation(input: { document: CustodyDocument; position: PositionContent }): Promise<Hex>;
  /** totals that the valuer summed from the chain itself, and the signature over them */
  signAttestation(): Promise<{ attestation: AttestationContent; signature: Hex }>;
}
