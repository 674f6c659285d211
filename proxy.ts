import { randomBytes, randomUUID } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { callsAction, checkActionCall } from "@/lib/auth/action-body";
import { badAddressPage } from "@/lib/auth/bad-address";
import { securityHeaders } from "@/lib/auth/headers";
import { isOwnOrigin } from "@/lib/auth/origin";
import { env } from "@/lib/env";

/**
 * Headers and a request id for every answer, and the plain answers to what no page of ours ever sends.
 * Nobody is let in here: each page, action and route decides for itself, and would decide the same without this file.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = randomBytes(16).toString("base64");
  const requestId = randomUUID();
  const headers = securityHeaders({
    nonce,
    path: request.nextUrl.pathname,
    https: env.appUrl.startsWith("https:"),
    development: process.env.NODE_ENV === "development",
    walletConnect: env.walletConnectProjectId !== undefined,
  });
  const response =
    refusal(request, requestId) ??
    (await unreadableCall(request, requestId)) ??
    redirection(request) ??
    onward(request);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-request-id", requestId);
  return response;

  function onward({ headers: given }: NextRequest): NextResponse {
    const forwarded = new Headers(given);
    forwarded.set("x-request-id", requestId);
    forwarded.set("x-nonce", nonce);
    forwarded.set("Content-Security-Policy", headers["Content-Security-Policy"] as string);
    return NextResponse.next({ request: { headers: forwarded } });
  }
}

/** Next itself answers a foreign origin with 500 or 200, and an address it cannot decode with a bare 500. */
function refusal(request: NextRequest, requestId: string): NextResponse | undefined {
  const reads = ["GET", "HEAD", "OPTIONS"].includes(request.method);
  if (!reads && !isOwnOrigin(request.headers.get("origin"), env.appUrl))
    return NextResponse.json({ code: "foreign_origin", reference: requestId }, { status: 403 });
  if (isReadable(request.nextUrl.pathname)) return undefined;
  return new NextResponse(badAddressPage(requestId), {
    status: 400,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

function isReadable(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
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
function redirection({ method, headers, nextUrl }: NextRequest): NextResponse | undefined {
  const own = new URL(env.appUrl);
  const asked = headers.get("host");
  const loopback = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${own.port}`);
  const { pathname: path, search } = nextUrl;
  const to = new URL(own);
  to.search = search;
  to.pathname = path.replace(/\/+$/, "");
  if (path.length > 1 && path.endsWith("/")) return NextResponse.redirect(to, 308);
  if (method !== "GET" || !asked || asked === own.host) return undefined;
  if (!loopback.includes(own.host) || !loopback.includes(asked)) return undefined;
  if (path.startsWith("/api/") || path.startsWith("/_next/")) return undefined;
  return NextResponse.redirect(to, 307);
}
