import { type Abi, decodeErrorResult, type Hex } from "viem";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { contractRefusals, type ErrorCode } from "@/lib/errors";

const refusals = [...stakingAbi, ...stateTokenAbi].filter(
  (entry) => entry.type === "error",
) as unknown as Abi;

/** The bytes a contract reverted with, as a code that has words. Unknown bytes stay "would_revert". */
export function contractRefusal(data: Hex | undefined): ErrorCode {
  if (!data || data === "0x") return "would_revert";
  try {
    const { errorName } = decodeErrorResult({ abi: refusals, data });
    return contractRefusals[errorName] ?? "would_revert";
  } catch {
    return "would_revert";
  }
}
