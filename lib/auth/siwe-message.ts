import type { Address } from "viem";
import { createSiweMessage, parseSiweMessage } from "viem/siwe";
import { AppError } from "@/lib/errors";

export interface SignInSite {
  /** our address as configured; its host is the only domain a message may name */
  appUrl: string;
  chainId: number;
}

export interface SignInClaim {
  address: Address;
  nonce: string;
}

const maxAgeMs = 5 * 60_000;
const clockSkewMs = 30_000;
const maxLifetimeMs = 10 * 60_000;

export const signInStatement = "Sign in. This costs nothing and moves no money.";

/** The message a wallet is asked to sign; the same file decides whether it is accepted. */
export function signInMessage(
  claim: { address: Address; nonce: string },
  site: SignInSite,
  now: Date,
): string {
  const own = new URL(site.appUrl);
  return createSiweMessage({
    ...claim,
    domain: own.host,
    uri: own.origin,
    version: "1",
    chainId: site.chainId,
    statement: signInStatement,
    issuedAt: now,
    expirationTime: new Date(now.getTime() + maxAgeMs),
  });
}

/**
 * What a sign-in message claims, once everything that can be checked without its signature holds.
 * Refuses: another site, another chain, no or past expiry, older than five minutes, a malformed message.
 */
export function readSignInMessage(message: string, site: SignInSite, now: Date): SignInClaim {
  if (message.length > 2_000) throw new AppError("sign_in_malformed");
  const parsed = parseSiweMessage(message);
  const { address, nonce, domain, uri, chainId, version, issuedAt, expirationTime, notBefore } = parsed;
  if (!address || !nonce || !domain || !uri || chainId === undefined || !issuedAt || !expirationTime)
    throw new AppError("sign_in_malformed");
  if (version !== "1" || !/^[a-zA-Z0-9]{16,96}$/.test(nonce)) throw new AppError("sign_in_malformed");
  if (parsed.statement !== signInStatement) throw new AppError("sign_in_malformed");

  const own = new URL(site.appUrl);
  if (domain !== own.host || !isOwn(uri, own)) throw new AppError("sign_in_wrong_domain");
  if (parsed.scheme !== undefined && `${parsed.scheme}:` !== own.protocol)
    throw new AppError("sign_in_wrong_domain");
  if (chainId !== site.chainId) throw new AppError("sign_in_wrong_chain");

  const issued = issuedAt.getTime();
  const expires = expirationTime.getTime();
  if (Number.isNaN(issued) || Number.isNaN(expires)) throw new AppError("sign_in_malformed");
  if (issued > now.getTime() + clockSkewMs || expires - issued > maxLifetimeMs || expires <= issued)
    throw new AppError("sign_in_malformed");
  if (now.getTime() - issued > maxAgeMs || now.getTime() >= expires) throw new AppError("sign_in_expired");
  if (notBefore && !(notBefore.getTime() <= now.getTime() + clockSkewMs))
    throw new AppError("sign_in_malformed");
  if (!isWholeMessage(message, parsed)) throw new AppError("sign_in_malformed");
  return { address, nonce };
}

/** The reader takes what it finds and overlooks the rest: only a text that says nothing more is the message. */
function isWholeMessage(message: string, parsed: ReturnType<typeof parseSiweMessage>): boolean {
  try {
    return createSiweMessage(parsed as Parameters<typeof createSiweMessage>[0]) === message;
  } catch {
    return false;
  }
}

function isOwn(uri: string, own: URL): boolean {
  try {
    return new URL(uri).origin === own.origin;
  } catch {
    return false;
  }
}
