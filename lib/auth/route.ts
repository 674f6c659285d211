import type { NextRequest } from "next/server";
import { dbFor } from "@/db/client";
import { inBankWords } from "@/db/transaction";
import type { CommandContext } from "@/lib/auth/actor";
import { requireOwnOrigin } from "@/lib/auth/origin";
import { type Permission, refusalFor, requirePermission } from "@/lib/auth/permissions";
import { requestIdOf } from "@/lib/auth/request";
import { currentActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { AppError, errorFacts, toAppError } from "@/lib/errors";
import { requestLog } from "@/lib/log";
import { requestSeconds, requestsTotal } from "@/lib/metrics";

/**
 * open: nobody is looked up; anyone: looked up, may be anonymous; customer: a signed-in customer;
 * a permission: whoever holds it.
 */
export type RouteAccess = "open" | "anyone" | "customer" | Permission;

type Handler<Args> = (request: NextRequest, ctx: CommandContext, args: Args) => Promise<Response> | Response;
export type RouteArgs = { params: Promise<Record<string, string | string[]>> };

/** The one way a route handler is made: request id, origin, actor, permission, refusals as codes, no-store. */
export function route<Args extends RouteArgs = RouteArgs>(
  options: { name: string; access: RouteAccess },
  handler: Handler<Args>,
): (request: NextRequest, args: Args) => Promise<Response> {
  return async (request, args) => {
    const requestId = requestIdOf(request.headers);
    const stop = requestSeconds.startTimer({ name: options.name, kind: "route" });
    let response: Response;
    try {
      const writes = request.method !== "GET" && request.method !== "HEAD";
      if (writes) requireOwnOrigin(request.headers.get("origin"), env.appUrl);
      const actor = options.access === "open" ? ({ kind: "anonymous" } as const) : await currentActor();
      if (options.access === "customer") {
        if (actor.kind !== "customer") throw refusalFor(actor);
      } else if (options.access !== "open" && options.access !== "anyone") {
        requirePermission(actor, options.access);
      }
      response = await handler(request, { actor, requestId, db: dbFor("app") }, args);
    } catch (thrown) {
      response = refusalResponse(thrown, requestId, options.name);
    }
    stop();
    requestsTotal.inc({ name: options.name, kind: "route", status: String(response.status) });
    return withHeaders(response, requestId);
  };
}

export type Refusal = { code: AppError["code"]; reference: string; details?: Record<string, string> };

/** What a browser may learn of a failure: a code and the reference to find it by, never the thrown text. */
export function refusalOf(thrown: unknown, requestId: string, name: string): Refusal {
  const refusal = toAppError(inBankWords(thrown));
  const facts = { name, code: refusal.code, err: thrown };
  if (refusal.facts.http >= 500) requestLog(requestId).error(facts, "request failed");
  else requestLog(requestId).debug({ name, code: refusal.code }, "request refused");
  return {
    code: refusal.code,
    reference: requestId,
    ...(refusal.details ? { details: refusal.details } : {}),
  };
}

function refusalResponse(thrown: unknown, requestId: string, name: string): Response {
  const refusal = refusalOf(thrown, requestId, name);
  return Response.json(refusal, { status: errorFacts[refusal.code].http });
}

function withHeaders(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers);
  headers.set("x-request-id", requestId);
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The body as JSON, refused as soon as it grows past the limit and before it is parsed. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new AppError("request_too_large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new AppError("request_too_large");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new AppError("invalid_input");
  }
}
