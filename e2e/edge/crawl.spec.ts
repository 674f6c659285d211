import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { lendCookies, missingPages, pagesFor } from "./pages";
import { visitorAs } from "./visitors";

/** Every page in a real browser: no complaint in the console, no hydration that failed, nothing that the policy stopped. */

async function listening(context: BrowserContext): Promise<{ page: Page; heard: string[] }> {
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(error.message));
  await page.exposeFunction("heardViolation", (what: string) => heard.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      (window as never as { heardViolation(what: string): void }).heardViolation(
        `policy: ${event.effectiveDirective} ${event.blockedURI}`,
      ),
    );
  });
  return { page, heard };
}

/** Until React has taken the page over, which is when a mismatch is told. */
async function settled(page: Page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll("main, main *")].some((node) =>
      Object.keys(node).some((key) => key.startsWith("__react")),
    ),
  );
  await page.waitForLoadState("networkidle");
}

const isWhole = process.env.BAR_ROUNDS !== undefined;
for (const [who, slug, kind] of [
  ["a stranger", undefined, undefined],
  ["a resident", "ada-whitcomb", "customer"],
  ["a clerk", "june-castell", "staff"],
  ["a compliance officer", "noor-rahimi", "staff"],
] as const) {
  if (slug === "june-castell" && !isWhole) continue;
  test(`every page is quiet for ${who}`, async ({ browser }) => {
    test.setTimeout(300_000);
    const visitor = await visitorAs(slug);
    const context = await browser.newContext();
    await lendCookies(visitor, context);
    const { page, heard } = await listening(context);
    const all = await pagesFor(visitor);
    const own = { customer: /^\/stake/, staff: /^\/staff/ };
    const paths = kind
      ? all.filter((path) => own[kind].test(path))
      : all.filter((path) => isWhole || !/^\/st\w+\/./.test(path));
    for (const path of [...new Set(paths)]) {
      await page.goto(path);
      await settled(page);
      expect.soft(heard.splice(0), path).toEqual([]);
    }
    await context.close();
  });
}

test("a page that is not there says so, and only that", async ({ browser }) => {
  const context = await browser.newContext();
  await lendCookies(await visitorAs("noor-rahimi"), context);
  const { page, heard } = await listening(context);
  for (const path of ["/nowhere", ...missingPages.filter((one) => one.startsWith("/staff"))]) {
    await page.goto(path);
    await settled(page);
    expect
      .soft(
        heard.splice(0).map((one) => one.replace(/ \(.*/, "")),
        path,
      )
      .toEqual(["Failed to load resource: the server responded with a status of 404"]);
  }
  await page.goto("/staff/identity/%E0%A4%A");
  await expect(page.getByRole("heading", { name: "We cannot read this address" })).toBeVisible();
  await context.close();
});

test("going from page to page by its links is as quiet as opening it", async ({ browser }) => {
  const context = await browser.newContext();
  await lendCookies(await visitorAs("ada-whitcomb"), context);
  const { page, heard } = await listening(context);
  await page.goto("/stake");
  for (const href of ["/stake/dollars", "/stake/new", "/stake/rewards", "/stake/account", "/stake"]) {
    await page.locator(`nav a[href="${href}"]:visible`).first().click();
    await expect(page).toHaveURL(new RegExp(`${href}$`));
    await settled(page);
    expect.soft(heard.splice(0), href).toEqual([]);
  }
  await context.close();
});
