import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NextRequest } from "next/server";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";

vi.mock("next/headers", () => ({ headers: async () => new Headers(), cookies: async () => ({ get() {} }) }));
vi.mock("@/db/client", () => ({ dbFor: () => ({}) }));

import { POST } from "./route";

const own = "http://localhost:3000";
let node: Server;
let seen: string[] = [];
let answer: (body: unknown) => unknown = () => ({});

beforeAll(async () => {
  node = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    seen.push(text);
    response.end(JSON.stringify(answer(JSON.parse(text))));
  });
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("APP_URL", own);
  vi.stubEnv("CHAIN_RPC_URL", `http://127.0.0.1:${(node.address() as AddressInfo).port}`);
});
afterEach(() => {
  seen = [];
});
afterAll(() => {
  node.close();
  vi.unstubAllEnvs();
});

const call = (method: string, id: number) => ({ jsonrpc: "2.0", id, method, params: [] });

function ask(body: unknown, headers: Record<string, string> = { origin: own }) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new NextRequest(`${own}/api/rpc`, { method: "POST", body: text, headers });
  return POST(request, { params: Promise.resolve({}) });
}

describe("the way to the chain", () => {
  it("hands an allowed call on and its answer back", async () => {
    answer = (body) => ({ jsonrpc: "2.0", id: (body as { id: number }).id, result: "0x7a69" });
    const response = await ask(call("eth_chainId", 7));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(await response.json()).toEqual({ jsonrpc: "2.0", id: 7, result: "0x7a69" });
  });

  it("keeps the node's own powers from a batch and still answers each call", async () => {
    answer = (body) => (body as { id: number }[]).map(({ id }) => ({ jsonrpc: "2.0", id, result: "0x1" }));
    const response = await ask([call("eth_call", 1), call("anvil_setBalance", 2), call("eth_getLogs", 3)]);
    const answers = (await response.json()) as { id: number; error?: { code: number } }[];
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [1, undefined],
      [3, undefined],
      [2, -32601],
    ]);
    expect(seen.join()).not.toContain("anvil");
  });

  it.each([
    ["another site", { origin: "https://evil.example" }],
    ["nowhere", {}],
    ["a null origin", { origin: "null" }],
  ])("refuses what comes from %s", async (_, headers) => {
    const response = await ask(call("eth_chainId", 1), headers as Record<string, string>);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "foreign_origin" });
    expect(seen).toEqual([]);
  });

  it("refuses what is too large before reading it, and what is no JSON", async () => {
    expect((await ask("x".repeat(300_000))).status).toBe(413);
    expect((await ask("{")).status).toBe(422);
    expect((await ask([])).status).toBe(422);
    expect(seen).toEqual([]);
  });

  it("says that the chain is down and not why", async () => {
    vi.stubEnv("CHAIN_RPC_URL", "http://127.0.0.1:1");
    const response = await ask(call("eth_chainId", 1));
    expect(response.status).toBe(503);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ code: "chain_down" });
    expect(body).not.toMatch(/127|ECONN|fetch/);
  });

  it("tires of a caller who asks too much", async () => {
    const batch = Array.from({ length: 50 }, (_, id) => call("anvil_mine", id));
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await ask(batch)).status));
    expect(statuses).toContain(200);
    expect(statuses).toContain(429);
  });
});
