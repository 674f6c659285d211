import { expect, type Page } from "@playwright/test";

/** Signs a seeded member of staff in, by the first and last name in their address. */
export async function signInStaff(page: Page, slug: string, to = "/staff") {
  await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
  await page.getByLabel("Work e-mail").fill(`${slug.replace("-", ".")}@granary.example`);
  await page.getByLabel("Password").fill(`demo-${slug}`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`${to}$`), { timeout: 30_000 });
}

/** Opens the application of somebody who waits. */
export async function openApplication(page: Page, fullName: string) {
  await page.goto("/staff/identity");
  await page.getByRole("link", { name: fullName }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(fullName);
}

export async function approveApplication(page: Page, fullName: string) {
  await openApplication(page, fullName);
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByText("Approved by")).toBeVisible({ timeout: 20_000 });
}

export async function refuseApplication(page: Page, fullName: string, reason: string) {
  await openApplication(page, fullName);
  await page.getByRole("button", { name: "Refuse", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Refuse", exact: true }).click();
  await expect(page.getByText("Refused by")).toBeVisible({ timeout: 20_000 });
}
