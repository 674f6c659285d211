import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

type Arrival = { headers: Headers; cookie: string | undefined };
const arrivals = vi.hoisted(() => {
  const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
  return new AsyncLocalStorage<Arrival>();
});
vi.mock("next/headers", () => {
  const jar = () => {
    const value = arrivals.getStore()?.cookie;
    return value === undefined ? [] : [{ name: "granary.session", value }];
  };
  return {
    headers: async () => arrivals.getStore()?.headers,
    cookies: async () => ({
      get: (name: string) => jar().find((one) => one.name === name),
      getAll: jar,
      set() {},
    }),
  };
});
vi.mock("next/cache", () => ({ revalidatePath() {} }));
// It reads the framework's own request, which only a running bank has: bar B3 asks it there.
vi.mock("next-auth", () => ({ default: async () => Response.json({}) }));

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import { openFor } from "@/db/client";
import { type Door, doors, gateOf } from "@/lib/auth/door-list";
import { gather, knockers, type People } from "@/lib/auth/door-people";
import { actionTable, cell, letterOf, pageTable, routeTable } from "@/lib/auth/door-table";
import { pageContext, staffPage } from "@/lib/auth/page";
import type { Permission } from "@/lib/auth/permissions";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { customerPage } from "./stake/customer-page";

const own = "http://localhost:3000";
const secret = "a secret of at least thirty-two characters";
const metricsToken = "a collector's token";
const all = doors();
const of = (kind: Door["kind"]) => all.filter((door) => door.kind === kind);
let bank: TestBank;
let people: People;
let cookies: (string | undefined)[];
let chain: Server;

/** A chain on which nothing has happened: every figure is zero, nothing is stale or paused. */
const emptyBlock = {
  number: "0x1",
  timestamp: `0x${Math.floor(Date.now() / 1000).toString(16)}`,
  transactions: [],
};
const answers: Record<string, unknown> = {
  eth_call: `0x${"00".repeat(32 * 64)}`,
  eth_getBlockByNumber: emptyBlock,
  eth_chainId: "0x7a69",
};
type Call = { id: number; method: string };
const answer = ({ id, method }: Call) => ({ jsonrpc: "2.0", id, result: answers[method] ?? "0x0" });

async function emptyChain(): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const calls = JSON.parse(text) as Call | Call[];
    response.end(JSON.stringify(Array.isArray(calls) ? calls.map(answer) : answer(calls)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

beforeAll(async () => {
  [bank, chain] = await Promise.all([testBank(), emptyChain()]);
  vi.stubEnv("APP_URL", own);
  vi.stubEnv("NEXTAUTH_URL", own);
  vi.stubEnv("NEXTAUTH_SECRET", secret);
  vi.stubEnv("METRICS_TOKEN", metricsToken);
  vi.stubEnv("CHAIN_RPC_URL", `http://127.0.0.1:${(chain.address() as AddressInfo).port}`);
  vi.stubEnv("DATABASE_URL_APP", bank.database.urls.app);
  people = await gather(bank, { chainId: testDeployment.chainId, conversionFeeMicros: "0" });
  cookies = await Promise.all(
    knockers.map((who) => {
      const sid = people.sessions[who];
      return sid === undefined ? undefined : encode({ token: { sid }, secret });
    }),
  );
});
afterAll(async () => {
  await openFor("app").close();
  await bank?.close();
  chain?.close();
  vi.unstubAllEnvs();
});

/** Runs the work as the request of one knocker; all of them may knock at once. */
type Answer = { data?: unknown; serverError?: { code: string }; validationErrors?: unknown };
const knock = <T>(column: number, work: () => Promise<T>): Promise<T> =>
  arrivals.run(
    { headers: new Headers({ origin: own, host: "localhost:3000" }), cookie: cookies[column] },
    work,
  );

const everyColumn = async (work: (column: number) => Promise<string>) =>
  (await Promise.all(knockers.map((_, column) => work(column)))).join("");
const wanted = (cells: string | undefined) =>
  [...knockers.keys()].map((column) => cell(cells ?? "", column)).join("");

describe("the table of doors", () => {
  it.each([
    ["action", actionTable],
    ["route", routeTable],
    ["page", pageTable],
  ] as const)("has a row for every %s and no other, and decides every cell", (kind, table) => {
    expect(Object.keys(table).sort()).toEqual(
      of(kind)
        .map(({ id }) => id)
        .sort(),
    );
    for (const { cells } of Object.values(table)) expect(wanted(cells)).toMatch(/^[ysen0rvpdch]{15}$/);
  });
});

describe("an action", () => {
  it.each(of("action"))("$id answers each knocker as decided", async ({ id, file, name }) => {
    const { cells, input } = actionTable[id] as (typeof actionTable)[string];
    const action = (await import(`@/${file}`))[name];
    const shared = await input?.(people.subjects);
    const row = await everyColumn(async (column) => {
      const sent = "sn".includes(cell(cells, column)) ? shared : await input?.(people.subjects);
      const { data, serverError, validationErrors } = await knock<Answer>(column, () => action(sent));
      if (validationErrors) return JSON.stringify(validationErrors);
      return serverError ? (letterOf[serverError.code] ?? serverError.code) : data === null ? "?" : "y";
    });
    expect(row).toBe(wanted(cells));
  });
});

describe("a route", () => {
  it.each(of("route"))("$id answers each knocker as decided", async ({ id, file, name }) => {
    const { cells, body, rest, params, withToken } = routeTable[id] as (typeof routeTable)[string];
    const handler = (await import(`@/${file}`))[name];
    const row = await everyColumn(async (column) => {
      const token: Record<string, string> =
        withToken && knockers[column] === "made up" ? { authorization: `Bearer ${metricsToken}` } : {};
      const path = id.split(" ")[1]?.replace(/\[.*$/, rest ?? "");
      const made = new NextRequest(`${own}${path}`, {
        method: name,
        headers: {
          origin: own,
          ...token,
          ...(name === "POST" && !body && { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(name === "POST" && { body: body ? JSON.stringify(body) : "" }),
      });
      const response: Response = await knock(column, () =>
        handler(made, { params: Promise.resolve(rest ? { nextauth: [rest] } : { ...params }) }),
      );
      if (response.status < 400) return "y";
      const { code } = (await response.json()) as { code?: string };
      return code ? (letterOf[code] ?? code) : response.status === 503 ? "y" : String(response.status);
    });
    expect(row).toBe(wanted(cells));
  });
});

describe("a page", () => {
  /** What its gate does to each knocker; the pages themselves are opened by bar B3, in a bank that runs. */
  it.each(of("page"))("$id asks at its gate as decided", async ({ id, file }) => {
    const gate = gateOf(file);
    const row = await everyColumn(async (column) => {
      const permission = gate?.startsWith("staffPage ") ? (gate.slice(10) as Permission) : undefined;
      try {
        await knock(column, async () =>
          permission ? staffPage(permission, id) : gate ? customerPage() : pageContext(),
        );
        return "y";
      } catch (thrown) {
        const { digest = "" } = thrown as { digest?: string };
        const to = digest.split(";")[2] ?? String(thrown);
        return to.startsWith("/sign-in")
          ? "s"
          : to === "/stake"
            ? "c"
            : to === "/staff/not-allowed"
              ? "n"
              : to;
      }
    });
    // The owner's own receipt, the desk's own pages: what lies behind the gate is the page's business.
    const behindGate = wanted(pageTable[id]?.cells).replaceAll("0", "y");
    expect(gate === undefined ? behindGate : row).toBe(behindGate);
  });

  it("is open without a gate only where that was decided", () => {
    const ungated = of("page").filter(({ file }) => gateOf(file) === undefined);
    expect(ungated.map(({ id }) => id).sort()).toEqual([
      ...["/", "/about-rewards", "/register", "/reserves", "/sign-in", "/sources-and-uses"],
      ...["/staff/kit", "/staff/not-allowed", "/stake", "/try-to-cheat"],
    ]);
  });
});
