import { BaseError, type Hex, isHex } from "viem";
import type { ErrorCode } from "@/lib/errors";
import { contractRefusal } from "@/lib/staking/contract-refusal";

type Loose = { code?: unknown; data?: unknown; name?: unknown; message?: unknown; cause?: unknown };

function* causes(thrown: unknown): Generator<Loose> {
  let current = thrown as Loose | undefined;
  for (let depth = 0; current && typeof current === "object" && depth < 12; depth++) {
    yield current;
    current = current.cause as Loose | undefined;
  }
}

function revertData(thrown: unknown): Hex | undefined {
  for (const cause of causes(thrown)) {
    const { data } = cause;
    if (isHex(data) && data.length >= 10) return data;
    if (data && typeof data === "object") {
      const inner = (data as Loose).data ?? (data as Loose & { originalError?: Loose }).originalError?.data;
      if (isHex(inner) && inner.length >= 10) return inner;
    }
  }
  return undefined;
}

const hasCode = (thrown: unknown, codes: readonly number[]) =>
  [...causes(thrown)].some((cause) => typeof cause.code === "number" && codes.includes(cause.code));

const methodUnknown = [4200, -32_601, -32_004];

/** The wallet will not carry several calls as one (EIP-5792); a single one may still pass. */
export const batchRefused = (thrown: unknown) =>
  hasCode(thrown, [...methodUnknown, -32_602, 5700, 5710, 5740, 5750, 5760]);
/** The wallet has had this very batch before. */
export const batchKnown = (thrown: unknown) => hasCode(thrown, [5720]);
export const bundleUnknown = (thrown: unknown) => hasCode(thrown, [5730]);
/** The wallet cannot sign typed data at all: not a person's no. */
export const noTypedData = (thrown: unknown) => hasCode(thrown, methodUnknown);

/** Whatever a wallet, a node or the network threw, as one of the bank's own codes. Raw text never reaches a screen. */
export function walletFailure(thrown: unknown): ErrorCode {
  const data = revertData(thrown);
  if (data) return contractRefusal(data);
  for (const cause of causes(thrown)) {
    const name = String(cause.name ?? "");
    const text = String(cause.message ?? "").toLowerCase();
    if (cause.code === 4001 || cause.code === 5000 || name === "UserRejectedRequestError")
      return "wallet_rejected";
    if (cause.code === 4902 || name === "SwitchChainError" || name.endsWith("ChainMismatchError"))
      return "wrong_chain";
    if (cause.code === 4900 || cause.code === 4901) return "wallet_not_connected";
    if (cause.code === 4100 || name.startsWith("Connector")) return "wallet_not_connected";
    if (name === "InsufficientFundsError" || /insufficient funds|exceeds (the )?balance of/.test(text))
      return "network_coin_too_low";
    if (name === "ExecutionRevertedError" || /execution reverted|reverted/.test(text)) return "would_revert";
    if (cause.code === 429 || /rate.?limit|too many requests/.test(text)) return "rate_limited";
    if (
      name === "HttpRequestError" ||
      name === "TimeoutError" ||
      /failed to fetch|fetch failed|networkerror/.test(text)
    )
      return "chain_down";
  }
  return thrown instanceof BaseError ? "chain_down" : "unexpected";
}
