import { type Hex, hashTypedData } from "viem";
import type { Deployment } from "@/lib/chain/addresses";
import type { EpochContent } from "@/lib/chain/facts";
import { epochTypedData } from "@/lib/chain/typed-data";

/** The typed data that a validator signs for an epoch of this deployment. */
export const epochToSign = (deployment: Deployment, epoch: EpochContent) =>
  epochTypedData({
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.epochManager,
    epoch,
  });

/** What stands in EpochProposed and EpochFinal, and what the next epoch links to. */
export const epochDigest = (deployment: Deployment, epoch: EpochContent): Hex =>
  hashTypedData(epochToSign(deployment, epoch));
