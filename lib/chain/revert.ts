import { type Abi, BaseError, decodeErrorResult, type Hex, isHex } from "viem";
import * as generated from "@/lib/chain/abi";

const errors = (Object.values(generated).filter(Array.isArray) as Abi[])
  .flat()
  .filter((entry) => entry.type === "error");

/** "StaleAttestation(1700000000, 86400)" from a revert's bytes; the bytes themselves when no contract of ours knows them. */
export function describeRevert(data: Hex): string {
  try {
    const { errorName, args } = decodeErrorResult({ abi: errors, data });
    return `${errorName}(${(args ?? []).map(String).join(", ")})`;
  } catch {
    return data;
  }
}

/** The revert inside whatever viem threw; undefined when the call did not revert (the node was away, for example). */
export function revertIn(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const inner = error.walk((e) => {
    const data = (e as { data?: unknown }).data;
    return isHex(data) || isHex((data as { data?: unknown } | undefined)?.data);
  }) as { data?: Hex | { data: Hex } } | null;
  const data = typeof inner?.data === "string" ? inner.data : inner?.data?.data;
  if (data && data !== "0x") return describeRevert(data);
  const reverted = error.walk((e) =>
    /execution reverted|revert/i.test((e as { details?: string }).details ?? ""),
  );
  return reverted ? "reverted without a reason" : undefined;
}
