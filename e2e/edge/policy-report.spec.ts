import { expect, test } from "@playwright/test";
import { visitorAs } from "./visitors";

const path = "/api/csp-report";

async function reported(directive: string): Promise<number> {
  const officer = await visitorAs("noor-rahimi");
  const { body } = await officer.ask("/api/metrics");
  officer.close();
  return Number(
    new RegExp(`granary_policy_reports_total\\{directive="${directive}"\\} (\\d+)`).exec(body)?.[1] ?? 0,
  );
}

test("what the policy stops does not run, and the browser tells the bank", async ({ page }) => {
  const before = await reported("script-src-attr");
  await page.goto("/about-rewards");
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", `<img src="/none.png" onerror="document.title = 'ran'">`);
  });
  await expect.poll(() => reported("script-src-attr"), { timeout: 30_000 }).toBe(before + 1);
  expect(await page.title()).not.toBe("ran");
});

test("reports are bounded in size and number, and only our own pages send them", async () => {
  const visitor = await visitorAs();
  const send = (body: string, headers: Record<string, string> = { origin: visitor.appUrl }) =>
    visitor.ask(path, {
      method: "POST",
      headers: { "content-type": "application/csp-report", ...headers },
      body,
    });
  expect((await send("{}", {})).status).toBe(403);
  expect((await send("{}", { origin: "https://evil.example" })).status).toBe(403);
  expect((await send(`{"x":"${"a".repeat(9_000)}"}`)).status).toBe(413);
  expect((await send("{")).status).toBe(422);
  const many = await Promise.all(Array.from({ length: 60 }, () => send("{}")));
  expect(many.map(({ status }) => status)).toContain(429);
  expect(many.every(({ status }) => status === 204 || status === 429)).toBe(true);
});
