import type { Hex } from "viem";
import type { CustodyDocument, PositionContent } from "@/lib/vendors/custody-document";

export interface ReleaseContent {
  releaseId: Hex;
  positionIds: Hex[];
  amounts: bigint[];
}

/** Holds the assets and says so under its own key, which the bank does not have. */
export interface Custodian {
  /** the signature over CustodyReceipt(position) */
  signReceipt(input: { document: CustodyDocument; position: PositionContent }): Promise<Hex>;
  /** the signature over Release */
  signRelease(release: ReleaseContent): Promise<Hex>;
}
