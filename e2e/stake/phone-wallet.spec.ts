import { expect, test } from "@playwright/test";
import { expectNoViolations } from "./no-violations";

/** The list of wallets without any wallet, and with a relay to a phone that does not answer. */
test("a relay that does not answer is said in plain words, and the other wallets still work", async ({
  page,
}) => {
  await page.clock.install();
  await page.routeWebSocket(/relay\.walletconnect/, () => {});
  await page.route("**/api/config", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), walletConnectProjectId: "0".repeat(32) } });
  });
  await page.goto("/stake");
  await page.getByTestId("connect").click();
  const list = page.getByRole("dialog");
  await expect(list.getByRole("button", { name: "Browser Wallet" })).toHaveCount(0);
  await list.getByRole("button", { name: "WalletConnect" }).click({ timeout: 30_000 });
  await page.waitForTimeout(2_000);
  await page.clock.fastForward(16_000);
  await expect(page.getByText("WalletConnect does not answer.")).toBeVisible({ timeout: 40_000 });
  await expect(list).toBeHidden();
  await expectNoViolations(page);
  await page.getByTestId("connect").click();
  await page.getByRole("dialog").getByRole("button", { name: "Demo wallet" }).click();
  await expect(page.getByTestId("demo-wallet")).toBeVisible();
});
