import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import { peerOf } from "@/lib/auth/peer";
import { env } from "@/lib/env";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id that runs from this request to audit row, outbox and notification; made here when the proxy did not. */
export function requestIdOf(from: Headers): string {
  const given = from.get("x-request-id");
  return given && uuid.test(given) ? given : randomUUID();
}

export async function currentRequestId(): Promise<string> {
  return requestIdOf(await headers());
}

/**
 * Where a request comes from: the other end of its connection, or with proxies of ours before the app what they vouch
 * for. Without either every caller counts as one, because a header is the caller's own word.
 */
export function clientAddress(from: Headers, trustedHops: number = env.trustedProxyHops): string {
  if (trustedHops === 0) return peerOf(from) ?? "direct";
  const chain = (from.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return chain.at(-trustedHops) || "unknown";
}
