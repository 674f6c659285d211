import type { Hex } from "viem";
import { callPartner } from "@/lib/vendors/call-partner";
import type { Custodian } from "@/lib/vendors/custodian/contract";

export function liveCustodian(input: { url: string; token: string }): Custodian {
  const call = async (path: string, body: unknown) =>
    (
      await callPartner<{ signature: Hex }>({
        partner: "custodian",
        url: new URL(path, input.url).href,
        token: input.token,
        body,
      })
    ).signature;
  return {
    signReceipt: (request) => call("/receipts", request),
    signRelease: (release) => call("/releases", release),
  };
}
