import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const kept = globalThis as { granaryPeerHeader?: string };

/**
 * Notes at each request from where its connection comes, under a name that only this process knows: the framework
 * keeps the socket from us, and a header that a caller could write is only the caller's word.
 */
export function notePeers(): void {
  if (kept.granaryPeerHeader) return;
  const name = `x-peer-${randomBytes(12).toString("hex")}`;
  kept.granaryPeerHeader = name;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[name] = networkOf(request.socket.remoteAddress ?? "");
  });
}

/** One household or server has a whole /64 of version 6, so that is one caller. */
export function networkOf(address: string): string {
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice(7);
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}

export const peerOf = (from: Headers): string | undefined =>
  (kept.granaryPeerHeader && from.get(kept.granaryPeerHeader)) || undefined;
