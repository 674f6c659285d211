import { defineConfig } from "@playwright/test";
import { browserArguments } from "./tools/browser.mjs";

/** Nothing in these depends on the screen: they run on one. */
const desktopOnly = ["**/edge/*.spec.ts", "**/stake/{hostile,contract,phone}-wallet.spec.ts"];
const phoneOnly = ["**/stake/{bad-input,slow-page,rewards}.spec.ts", "**/cheat/*.spec.ts"];

/** One bank for the whole run, on a real chain and a real database: started by the global setup, or named by E2E_APP_URL. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  globalSetup: "./e2e/fixtures/start-bank.ts",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["json"], ["line"]] : [["list"]],
  use: {
    baseURL: process.env.E2E_APP_URL,
    timezoneId: "America/New_York",
    locale: "en-US",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.E2E_BROWSER,
      args: browserArguments,
      env: { ...process.env, ...JSON.parse(process.env.E2E_BROWSER_ENV ?? "{}") } as Record<string, string>,
    },
  },
  projects: [
    {
      name: "phone",
      testIgnore: desktopOnly,
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    },
    { name: "desktop", testIgnore: phoneOnly, use: { viewport: { width: 1280, height: 860 } } },
  ],
});
