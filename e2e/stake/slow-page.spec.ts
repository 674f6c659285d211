import { expect, type Page, test } from "@playwright/test";
import { generatePrivateKey } from "viem/accounts";
import { bank } from "../fixtures/bank";
import { injectWallet } from "../wallet/inject-wallet";
import { connect, nothingToConfirm } from "./resident";

/** The page's HTML arrives, its scripts do not until they are let through: a phone on a slow network. */
async function holdScripts(page: Page) {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/_next/static/**/*.js", async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

test("what is typed before the page answers is kept, and never leaves in the address", async ({ page }) => {
  const { rpcUrl } = bank();
  await injectWallet(page, { privateKey: generatePrivateKey(), rpcUrl, chainId: 31_337 });
  await connect(page, "Test wallet", nothingToConfirm);

  const release = await holdScripts(page);
  await page.goto("/stake/identity", { waitUntil: "commit" });
  await page.getByLabel("Full legal name").fill("Early Bird");
  await page.getByLabel("Social Security or taxpayer number").fill("912-70-1234");
  await page.getByLabel("County", { exact: true }).selectOption({ label: "Garrett County" });
  await page.getByLabel("I have read the agreement").check();
  await page.getByLabel("Full legal name").press("Enter");
  await expect(page.getByRole("button", { name: "Send to the bank" })).toBeDisabled();
  release();
  await page.getByRole("button", { name: "Send to the bank" }).click();
  await expect(page.getByText("There is a problem")).toBeVisible();
  expect(page.url()).not.toContain("912");
  await expect(page.getByLabel("Full legal name")).toHaveValue("Early Bird");
  await expect(page.getByLabel("Social Security or taxpayer number")).toHaveValue("912-70-1234");
  await expect(page.getByLabel("County", { exact: true }).locator("option:checked")).toHaveText(
    "Garrett County",
  );
  await expect(page.getByLabel("I have read the agreement")).toBeChecked();
  const problems = page.getByRole("alert").filter({ hasText: "There is a problem" });
  await expect(problems.getByRole("link", { name: /Street|street/ })).toBeVisible();
  await expect(problems.getByRole("link", { name: /legal name|county|agreement/i })).toHaveCount(0);
});

test("a password typed before the page answers signs in, and never leaves in the address", async ({
  page,
}) => {
  const release = await holdScripts(page);
  await page.goto("/sign-in", { waitUntil: "commit" });
  await page.getByLabel("Work e-mail").fill("june.castell@granary.example");
  await page.getByLabel("Password").fill("demo-june-castell");
  await page.getByLabel("Password").press("Enter");
  expect(page.url()).not.toContain("demo-june-castell");
  release();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/staff/);
});
