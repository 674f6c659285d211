import { signIn } from "next-auth/react";
import { createSiweMessage } from "viem/siwe";
import type { Config } from "wagmi";
import { getAccount, signMessage } from "wagmi/actions";
import { signInStatement } from "@/lib/auth/siwe-message";
import { AppError, type ErrorCode, isErrorCode } from "@/lib/errors";
import { walletFailure } from "./wallet-failure";
import type { PublicConfig } from "./wallet-store";

const messageMinutes = 5;

/** A nonce for this browser, and the server's own time, so that a wrong clock here cannot spoil the sign-in. */
async function freshNonce(): Promise<{ nonce: string; now: string }> {
  const answer = await fetch("/api/auth/nonce", {
    cache: "no-store",
    headers: { accept: "application/json" },
  });
  if (answer.status === 429) throw new AppError("rate_limited");
  if (!answer.ok) throw new AppError("unexpected");
  return (await answer.json()) as { nonce: string; now: string };
}

/** Sign-In with Ethereum: proves the wallet, costs nothing, moves nothing. Every message works once. */
export async function signInWithWallet(
  wagmi: Config,
  config: PublicConfig,
): Promise<{ ok: true } | { ok: false; code: ErrorCode }> {
  try {
    const { address, chainId } = getAccount(wagmi);
    if (!address) throw new AppError("wallet_not_connected");
    if (chainId !== config.chainId) throw new AppError("wrong_chain");
    const { nonce, now } = await freshNonce();
    const issuedAt = new Date(now);
    const message = createSiweMessage({
      address,
      chainId,
      domain: window.location.host,
      uri: window.location.origin,
      version: "1",
      nonce,
      statement: signInStatement,
      issuedAt,
      expirationTime: new Date(issuedAt.getTime() + messageMinutes * 60_000),
    });
    const signature = await signMessage(wagmi, { account: address, message });
    const result = await signIn("siwe", { message, signature, redirect: false });
    if (result?.ok && !result.error) return { ok: true };
    return { ok: false, code: isErrorCode(result?.error) ? result.error : "sign_in_wrong_signature" };
  } catch (thrown) {
    return { ok: false, code: thrown instanceof AppError ? thrown.code : walletFailure(thrown) };
  }
}
