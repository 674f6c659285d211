import { expect, test } from "@playwright/test";
import { signInStaff } from "./desk";

const desk = [
  "/staff",
  "/staff/identity",
  "/staff/identity/00000000-0000-4000-8000-000000000000",
  "/staff/approvals",
  "/staff/customers",
  "/staff/operations",
  "/staff/switches",
];

test.describe("the desk", () => {
  test("shows nothing to somebody who is not staff", async ({ page, request }) => {
    for (const path of desk) {
      await page.goto(path);
      await expect(page).toHaveURL(/\/sign-in\?to=/);
      const bare = await request.get(path, {
        maxRedirects: 0,
        headers: { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
      });
      expect(await bare.text()).not.toMatch(/Queues|Outbox|Registrar/);
      const rsc = await request.get(path, { headers: { rsc: "1" }, maxRedirects: 0 });
      expect(await rsc.text()).not.toMatch(/Queues|Outbox|Registrar/);
    }
  });

  test("does not let a wrong password in, and says one thing for both mistakes", async ({ page }) => {
    for (const email of [`june.castell@granary.example`, `nobody-${Date.now()}@granary.example`]) {
      await page.goto("/sign-in");
      await page.getByLabel("Work e-mail").fill(email);
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "Name and password do" })).toBeVisible();
    }
  });

  test("never sends anybody to another site after signing in", async ({ page }) => {
    await page.goto("/sign-in?to=//evil.example/x");
    await page.getByLabel("Work e-mail").fill("peter.lindqvist@granary.example");
    await page.getByLabel("Password").fill("demo-peter-lindqvist");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/staff$/);
  });

  test("closes at once on sign-out, also for the old cookie", async ({ page, context, browser, baseURL }) => {
    await signInStaff(page, "peter-lindqvist");
    const cookies = await context.cookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in/);
    const other = await browser.newContext({ baseURL });
    await other.addCookies(cookies);
    const stolen = await other.newPage();
    await stolen.goto("/staff");
    await expect(stolen).toHaveURL(/\/sign-in\?to=/);
    await other.close();
  });

  test("keeps an examiner from deciding and from what is not theirs", async ({ page }) => {
    await signInStaff(page, "grace-whitlock");
    await page.goto("/staff/switches");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Switches");
    await expect(page.getByRole("button", { name: /^Turn / })).toHaveCount(0);
    await signOut(page);
    await signInStaff(page, "tom-ashby");
    await page.goto("/staff/identity");
    await expect(page).toHaveURL(/\/staff\/not-allowed$/);
  });
});

async function signOut(page: import("@playwright/test").Page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
}

test("answers carry the headers of a bank", async ({ request, page }) => {
  const nonces = new Set<string>();
  for (const path of ["/", "/stake", "/sign-in", "/staff", "/api/config", "/api/livez", "/nowhere"]) {
    const { headers, status } = await request.get(path).then((answer) => ({
      headers: answer.headers(),
      status: answer.status(),
    }));
    expect(status, path).toBeLessThan(500);
    expect(headers["x-content-type-options"], path).toBe("nosniff");
    expect(headers["referrer-policy"], path).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"], path).toBe("same-origin");
    expect(headers["x-request-id"], path).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers["x-powered-by"], path).toBeUndefined();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy, path).toContain("'strict-dynamic'");
    expect(policy, path).not.toContain("unsafe-eval");
    nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1] ?? "none");
  }
  expect(nonces.size).toBe(7);

  const complaints: string[] = [];
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  for (const path of ["/", "/stake", "/sign-in"]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
  }
  expect(complaints).toEqual([]);
});

test("the way to the chain reads and never commands", async ({ page, request }) => {
  const call = (method: string) => ({ jsonrpc: "2.0", id: 1, method, params: [] });
  const foreign = await request.post("/api/rpc", { data: call("eth_chainId") });
  expect(foreign.status()).toBe(403);
  await page.goto("/");
  const answers = await page.evaluate(async (calls) => {
    const answer = await fetch("/api/rpc", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(calls),
    });
    return (await answer.json()) as { result?: string; error?: { code: number } }[];
  }, ["eth_chainId", "anvil_mine", "evm_mine", "eth_accounts", "debug_traceTransaction"].map(call));
  expect(answers.filter(({ result }) => result)).toHaveLength(1);
  expect(answers.filter(({ error }) => error?.code === -32601)).toHaveLength(4);
});

test("health says whether, and to staff also what", async ({ request, page }) => {
  for (const path of ["/api/livez", "/api/readyz", "/api/startupz"])
    expect((await request.get(path)).status(), path).toBe(200);
  expect(await (await request.get("/api/readyz")).json()).toEqual({ ready: true });
  expect((await request.get("/api/metrics")).status()).toBe(401);
  await signInStaff(page, "noor-rahimi");
  const detail = await (await page.request.get("/api/readyz")).json();
  expect(detail.checks.map(({ name }: { name: string }) => name).sort()).toEqual([
    "chain",
    "database",
    "keys",
    "migrations",
  ]);
  expect(await (await page.request.get("/api/metrics")).text()).toContain("granary_indexer_lag_blocks");
});
