import { randomBytes } from "node:crypto";
import { expect, test } from "@playwright/test";
import { expectNoViolations } from "../stake/no-violations";
import { signInStaff } from "./desk";

const hex = (bytes: number) => `0x${randomBytes(bytes).toString("hex")}`;

test("an operator's papers are looked at one by one, and nobody certifies alone", async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(120_000);
  const name = `Northgate ${randomBytes(3).toString("hex")}`;
  await signInStaff(page, "june-castell", "/staff/certification");
  await expectNoViolations(page);
  await page.getByRole("link", { name: "Take down an application" }).click();
  await page.getByLabel("Company", { exact: true }).fill(name);
  await page.getByLabel("Wallet").fill(hex(20));
  await page.getByLabel("Beneficial owner, sealed").fill(hex(32));
  await page.getByLabel("Signs epochs with").fill(hex(20));
  await page.getByLabel("Makes blocks with").fill(hex(20));
  for (const paper of [
    "Who owns the company",
    "How the keys were made",
    "Insurance policy",
    "Where the machines stand",
    "Security report",
  ]) {
    await page.getByLabel(paper, { exact: true }).fill(`${paper} of 2026`);
    await page.getByLabel(`${paper}: digest`).fill(hex(32));
  }
  await expectNoViolations(page);
  await page.getByRole("button", { name: "Take it down" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("button", { name: "Ask to certify" })).toHaveCount(0);

  await page.getByRole("button", { name: "Failed: Insurance" }).click();
  await page.getByRole("dialog").getByLabel("What was found").fill("The policy has lapsed");
  await page.getByRole("dialog").getByRole("button", { name: "Failed" }).click();
  await expect(page.getByText("The policy has lapsed")).toBeVisible();
  const checks = ["Beneficial owner", "Independence", "Keys", "Insurance", "Hosting", "Security"];
  for (const [n, title] of checks.entries()) {
    await page.getByRole("button", { name: `Passed: ${title}` }).click();
    const standing = page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3 }) });
    await expect(standing.nth(n)).toContainText(/Passed.*June Castell/s, { timeout: 20_000 });
  }
  await page.getByRole("button", { name: "Ask to certify" }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByLabel("Certified until")
    .fill(new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10));
  await dialog.getByLabel("Reason").fill("Everything was found in order");
  await dialog.getByRole("button", { name: "Ask a second person" }).click();
  await expect(page.getByText("Waits for a second person")).toBeVisible({ timeout: 20_000 });
  await expectNoViolations(page);
  await page.getByRole("link", { name: "Certify", exact: true }).click();
  await expect(page.getByText("You asked for this yourself.")).toBeVisible();

  const other = await browser.newPage({ baseURL: baseURL as string });
  await signInStaff(other, "noor-rahimi", "/staff/approvals");
  await other.getByRole("link", { name: "Operator to be certified" }).first().click();
  await expect(other.getByText(name)).toBeVisible();
  await other.getByLabel("Reason").fill("Its machines stand where another's do");
  await other.getByRole("button", { name: "Refuse" }).click();
  await expect(other.getByText("This has been decided.")).toBeVisible({ timeout: 20_000 });
  await other.close();
});

test("everybody reads who is certified, for what, and what they did with it", async ({ page }) => {
  await page.goto("/register");
  await expect(page.getByText("Harbor Light Computing")).toBeVisible();
  await expect(page.getByText("Active").first()).toBeVisible();
  await expectNoViolations(page);
  await page
    .getByRole("navigation", { name: "Kind of certificate" })
    .getByRole("link", { name: "Wallets" })
    .click();
  await expect(page.getByText("Nobody is certified for this yet")).toBeVisible();
  await expect(page.getByText("Harbor Light Computing")).toHaveCount(0);
  await expectNoViolations(page);
});
