import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Deployment } from "@/lib/chain/addresses";
import { custodyReceiptTypedData, releaseTypedData } from "@/lib/chain/typed-data";
import type { Custodian } from "@/lib/vendors/custodian/contract";

/** A custodian that signs whatever it is shown, for tests. */
export function fakeCustodian(input: { key: Hex; deployment: Deployment }): Custodian {
  const account = privateKeyToAccount(input.key);
  const domain = {
    chainId: input.deployment.chainId,
    verifyingContract: input.deployment.contracts.reserveRegistry,
  };
  return {
    signReceipt: ({ position }) => account.signTypedData(custodyReceiptTypedData({ ...domain, position })),
    signRelease: (release) => account.signTypedData(releaseTypedData({ ...domain, release })),
  };
}
