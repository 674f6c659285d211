import { expect, type Page, test } from "@playwright/test";
import { bank } from "../fixtures/bank";
import { injectWallet } from "../wallet/inject-wallet";
import { expectNoViolations } from "./no-violations";
import { connect, nothingToConfirm } from "./resident";

async function ada(page: Page) {
  const { people, rpcUrl } = bank();
  const { walletKey } = people.find(({ slug }) => slug === "ada-whitcomb") as { walletKey: `0x${string}` };
  await injectWallet(page, { privateKey: walletKey, rpcUrl, chainId: 31_337 });
  await connect(page, "Test wallet", nothingToConfirm);
}

test("a staker sees what is at risk and how their operators do their duty, and chooses another by keyboard", async ({
  page,
}) => {
  await ada(page);

  await test.step("money first, then duties", async () => {
    await page.goto("/stake");
    const strip = page.getByRole("region", { name: "Your operators" });
    await expect(strip.getByText("Money at risk")).toBeVisible();
    await expect(strip.getByText("Lost before yours")).toBeVisible();
    const own = strip.getByRole("listitem");
    expect(await own.count()).toBeGreaterThan(0);
    await expect(own.first()).toContainText(
      /(The bank's own|Outside firm|Same owner as the bank)\. [\d,.]+ \w+ of yours/,
    );
    await expect(
      own.first().getByRole("img", { name: /^Took part in \d+ of the last \d+ epochs$/ }),
    ).toBeVisible();
    await expect(own.first()).toContainText("No strikes, never slashed");
    await expect(own.first()).toContainText(/Certified until/);
    await expectNoViolations(page);
  });

  await test.step("every operator with owner, fee and record, one of them chosen with the arrow keys", async () => {
    await page.goto("/stake/new");
    const choices = page.getByRole("radio", { name: /Bank|Computing|Cooperative|Services/ });
    await expect(choices).toHaveCount(5);
    const group = page.getByRole("group", { name: "Operator", exact: true });
    await expect(group.getByText("Outside firm")).toHaveCount(3);
    await expect(group.getByText("Same owner as the bank")).toHaveCount(1);
    await expect(group.getByText(/Took part in \d+ of the last \d+ epochs\./)).toHaveCount(5);
    await expect(group.getByText(/^Commission [\d.]+%$/)).toHaveCount(5);
    const chosen = page.locator("input[name=operator]:checked");
    const before = await chosen.getAttribute("value");
    await chosen.focus();
    await page.keyboard.press("ArrowDown");
    expect(await chosen.getAttribute("value")).not.toBe(before);
    await expectNoViolations(page);
  });

  await test.step("and everybody sees what all of them answer with", async () => {
    await page.goto("/register");
    const together = page.getByRole("group", { name: "The operators together" });
    await expect(together).toContainText("Staked by customers");
    await expect(together).toContainText(/\d of \d/);
    await expectNoViolations(page);
  });
});
