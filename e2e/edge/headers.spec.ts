import { expect, test } from "@playwright/test";
import type { Answer } from "@/lib/bench/visitor";
import { missingPages, pagesFor } from "./pages";
import { visitorAs } from "./visitors";

/** The headers of a bank on every route, for everybody, at every status. */

const isWhole = process.env.BAR_ROUNDS !== undefined;

const always: Record<string, RegExp> = {
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^same-origin$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "permissions-policy": /camera=\(\)/,
  "content-security-policy":
    /script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic'; .*report-uri \/api\/csp-report/,
  "x-request-id": /^[0-9a-f-]{36}$/,
};

const rscVariants = [
  { rsc: "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-segment-prefetch": "/_tree", "next-router-prefetch": "1" },
];

test("every answer carries them", async () => {
  test.setTimeout(300_000);
  const statuses = new Set<number>();
  const check = (told: string, { status, headers, body }: Answer, isPrivate: boolean) => {
    statuses.add(status);
    for (const [name, wanted] of Object.entries(always))
      expect.soft(headers[name] ?? "none", `${told}: ${name}`).toMatch(wanted);
    expect.soft(headers["x-powered-by"], told).toBeUndefined();
    expect.soft(headers.server, told).toBeUndefined();
    expect.soft(status < 500 || status === 503, `${told}: ${status}`).toBe(true);
    const policy = String(headers["content-security-policy"]);
    expect
      .soft(
        policy.split(";").find((part) => part.includes("script-src")),
        told,
      )
      .not.toMatch(/unsafe|http|\*/);
    if (isPrivate) expect.soft(headers["cache-control"] ?? "none", told).toMatch(/no-store/);
    return body;
  };
  for (const slug of [undefined, "ada-whitcomb", "noor-rahimi"]) {
    const visitor = await visitorAs(slug);
    for (const path of [...(await pagesFor(visitor)), ...missingPages]) {
      for (const headers of [{}, ...(isWhole ? rscVariants : rscVariants.slice(0, 1))])
        check(`${slug} ${path} ${Object.keys(headers).length}`, await visitor.ask(path, { headers }), true);
    }
    for (const path of [
      "config",
      "livez",
      "readyz",
      "startupz",
      "metrics",
      "auth/session",
      "auth/csrf",
      "auth/nonce",
      "stake/state",
      "nowhere",
    ])
      check(`${slug} /api/${path}`, await visitor.ask(`/api/${path}`), true);
    visitor.close();
  }
  const visitor = await visitorAs();
  const own = { origin: visitor.appUrl, "content-type": "application/json" };
  const post = (path: string, headers: Record<string, string>, body = "{}") =>
    visitor.ask(path, { method: "POST", headers, body });
  check("public figures", await visitor.ask("/api/public/reserves"), false);
  check("foreign", await post("/api/rpc", {}), true);
  check("bad body", await post("/api/rpc", own), true);
  check("large body", await post("/api/rpc", own, `"${"a".repeat(2_000_000)}"`), true);
  check(
    "no such method",
    await visitor.ask("/api/livez", { method: "POST", headers: own, body: "{}" }),
    true,
  );
  check("no such action", await post("/stake", { ...own, "next-action": "0".repeat(42) }), true);
  check("no such page", await visitor.ask("/nowhere"), false);
  check("unreadable", await visitor.ask("/%ff"), false);
  check("slash", await visitor.ask("/reserves/"), false);
  check("public file", await visitor.ask("/granary-mark.svg"), false);
  check("no such script", await visitor.ask("/_next/static/none.js"), false);
  check("optimizer", await visitor.ask("/_next/image?url=%2Fx.png&w=64&q=75"), false);
  check("head", await visitor.ask("/", { method: "HEAD" }), false);
  check("options", await visitor.ask("/stake", { method: "OPTIONS" }), true);
  const front = check("front", await visitor.ask("/"), false);
  const script = /src="(\/_next\/static\/[^"]+\.js[^"]*)"/.exec(front)?.[1] ?? "none";
  check("script", await visitor.ask(script), false);
  for (const status of [200, 307, 308, 400, 401, 403, 404, 405, 413])
    expect.soft([...statuses], `met ${status}`).toContain(status);
});
