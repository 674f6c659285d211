import { encodeErrorResult, HttpRequestError, UserRejectedRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { stakingAbi } from "@/lib/chain/abi";
import { walletFailure } from "./wallet-failure";

const wrapped = (cause: unknown) => Object.assign(new Error("outer"), { cause });

describe("what a wallet or a node throws, as a code with words", () => {
  it("knows a person's no", () => {
    expect(walletFailure(new UserRejectedRequestError(new Error("no")))).toBe("wallet_rejected");
    expect(walletFailure(wrapped({ code: 4001, message: "User rejected" }))).toBe("wallet_rejected");
  });

  it("reads a contract's refusal however deep it lies", () => {
    const data = encodeErrorResult({ abi: stakingAbi, errorName: "NothingToClaim" });
    expect(walletFailure(wrapped(wrapped({ data })))).toBe("nothing_to_claim");
    expect(walletFailure(wrapped({ data: { originalError: { data } } }))).toBe("nothing_to_claim");
  });

  it("knows a chain that is away", () => {
    expect(walletFailure(new HttpRequestError({ url: "http://x" }))).toBe("chain_down");
    expect(walletFailure(new TypeError("Failed to fetch"))).toBe("chain_down");
  });

  it("knows a wallet without network coin", () => {
    expect(walletFailure(new Error("insufficient funds for gas * price + value"))).toBe(
      "network_coin_too_low",
    );
  });

  it("knows a wallet on another network", () => {
    expect(walletFailure({ code: 4902, message: "Unrecognized chain" })).toBe("wrong_chain");
  });

  it("never lets unknown bytes or texts through", () => {
    expect(walletFailure(wrapped({ data: "0xdeadbeef" }))).toBe("would_revert");
    expect(walletFailure(new Error("something else"))).toBe("unexpected");
    expect(walletFailure("text")).toBe("unexpected");
  });
});
