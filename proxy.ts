import { randomBytes, randomUUID } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { callsAction, checkActionCall } from "@/lib/auth/action-body";
import { securityHeaders } from "@/lib/auth/headers";
import { env } from "@/lib/env";

/**
 * Headers and a request id for every answer. Nobody is let in or kept out here:
 * each page, action and route decides for itself, and would decide the same without this file.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const elsewhere = ownAddress(request);
  const nonce = randomBytes(16).toString("base64");
  const requestId = randomUUID();
  const headers = securityHeaders({
    nonce,
    path: request.nextUrl.pathname,
    https: env.appUrl.startsWith("https:"),
    development: process.env.NODE_ENV === "development",
    walletConnect: env.walletConnectProjectId !== undefined,
  });

  const forwarded = new Headers(request.headers);
  // Next fails on an origin that is no address; as "null" it is refused like every foreign one.
  if (forwarded.has("origin") && !URL.canParse(forwarded.get("origin") ?? ""))
    forwarded.set("origin", "null");
  forwarded.set("x-request-id", requestId);
  forwarded.set("x-nonce", nonce);
  forwarded.set("Content-Security-Policy", headers["Content-Security-Policy"] as string);

  const response =
    (await unreadableCall(request, requestId)) ??
    (elsewhere
      ? NextResponse.redirect(elsewhere, 307)
      : NextResponse.next({ request: { headers: forwarded } }));
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-request-id", requestId);
  return response;
}

/** Next answers arguments that it cannot unpack with 500, so they are refused before they are unpacked. */
async function unreadableCall(request: NextRequest, reference: string): Promise<NextResponse | undefined> {
  if (!callsAction(request)) return undefined;
  const call = await checkActionCall(request);
  if (call === "fine") return undefined;
  return call === "too_large"
    ? NextResponse.json({ code: "request_too_large", reference }, { status: 413 })
    : NextResponse.json({ code: "invalid_input", reference }, { status: 400 });
}

/** A page opened as 127.0.0.1 moves to localhost, since sign-in messages and cookies belong to one address. */
function ownAddress(request: NextRequest): URL | undefined {
  const own = new URL(env.appUrl);
  const asked = request.headers.get("host");
  const loopback = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${own.port}`);
  if (request.method !== "GET" || !asked || asked === own.host) return undefined;
  if (!loopback.includes(own.host) || !loopback.includes(asked)) return undefined;
  if (request.nextUrl.pathname.startsWith("/api/")) return undefined;
  return new URL(request.nextUrl.pathname + request.nextUrl.search, own);
}

export const config = {
  matcher: ["/((?!_next/static/|_next/image).*)"],
};
