import { RateLimit } from "@/lib/auth/rate-limit";
import { clientAddress } from "@/lib/auth/request";
import { readJson, route } from "@/lib/auth/route";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { maxBodyBytes, type RpcAnswer, type RpcCall, sortCalls } from "./methods";

const limit = new RateLimit({ burst: 600, perSecond: 100, maxCallers: 10_000 });
const timeoutMs = 8_000;
const maxAnswerBytes = 8 * 1024 * 1024;

/** The browser's way to the chain: same origin, a list of methods, never the node's own powers. */
export const POST = route({ name: "rpc", access: "open" }, async (request) => {
  const sorted = sortCalls(await readJson(request, maxBodyBytes));
  if (!sorted) throw new AppError("invalid_input");
  const cost = sorted.forward.length + sorted.refused.length;
  if (!limit.take(clientAddress(request.headers), cost, Date.now())) throw new AppError("rate_limited");
  const answers = [...(await ask(sorted.forward, sorted.batch)), ...sorted.refused];
  return Response.json(sorted.batch ? answers : answers[0]);
});

async function ask(calls: RpcCall[], batch: boolean): Promise<RpcAnswer[]> {
  if (calls.length === 0) return [];
  try {
    const response = await fetch(env.chainRpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(batch ? calls : calls[0]),
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok || text.length > maxAnswerBytes) throw new Error(`node answered ${response.status}`);
    const parsed: unknown = JSON.parse(text);
    return (Array.isArray(parsed) ? parsed : [parsed]) as RpcAnswer[];
  } catch (cause) {
    throw new AppError("chain_down", undefined, { cause });
  }
}
