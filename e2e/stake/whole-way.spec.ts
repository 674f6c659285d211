import { expect, test } from "@playwright/test";
import { generatePrivateKey } from "viem/accounts";
import { bank } from "../fixtures/bank";
import { injectWallet } from "../wallet/inject-wallet";
import { approveIdentity } from "./clerk";
import { expectNoViolations } from "./no-violations";
import {
  approveInDemoWallet,
  bring,
  type Confirm,
  claim,
  connect,
  convert,
  newPerson,
  nothingToConfirm,
  redeem,
  sendIdentity,
  stake,
  unstake,
  untilVerified,
  withdraw,
} from "./resident";

/** The phone signs with the wallet that is built in, the desk with a wallet of its own: both for real. */
test("a resident goes the whole way, from an empty wallet to a claimed reward and back to dollars", async ({
  page,
  browser,
}, info) => {
  test.setTimeout(600_000);
  const isPhone = info.project.name === "phone";
  let confirm: Confirm = approveInDemoWallet;
  if (!isPhone) {
    const { rpcUrl } = bank();
    await injectWallet(page, { privateKey: generatePrivateKey(), rpcUrl, chainId: 31_337 });
    confirm = nothingToConfirm;
  }
  const person = newPerson(isPhone ? "Wendell Marsh" : "Ottilie Brandt");

  await test.step("connect and sign in", async () => {
    await page.goto("/stake");
    await expectNoViolations(page);
    await connect(page, isPhone ? "Demo wallet" : "Test wallet", confirm);
    await expect(page.getByRole("heading", { name: "Show who you are" })).toBeVisible();
    await expectNoViolations(page);
  });

  await test.step("identity, approved by a clerk", async () => {
    await page.goto("/stake/identity");
    await expectNoViolations(page);
    await sendIdentity(page, person);
    await expectNoViolations(page);
    await approveIdentity(browser, person);
    await untilVerified(page);
    await expect(page.getByText("Montgomery County").first()).toBeVisible();
    await expectNoViolations(page);
  });

  await test.step("bring dollars and convert them", async () => {
    await bring(page, "1,000");
    await expectNoViolations(page);
    await convert(page, "800");
    await expect(page.getByText("Custodian's receipt")).toBeVisible();
    await expect(page.getByText(/^Seal number \d+/)).toBeVisible({ timeout: 60_000 });
    await expectNoViolations(page);
  });

  await test.step("stake", async () => {
    await page.goto("/stake/new");
    await expectNoViolations(page);
    await stake(page, "600", confirm);
    await expectNoViolations(page);
  });

  await test.step("a final epoch pays, with its three lines", async () => {
    await claim(page, confirm);
    await page.goto("/stake/rewards");
    const payouts = page.getByRole("listitem").filter({ hasText: "You get" });
    await expect(payouts.first()).toBeVisible({ timeout: 30_000 });
    await payouts.first().getByText("Why these lines?").click();
    for (const line of ["Federal", "State", "County"])
      await expect(payouts.first().getByRole("term").filter({ hasText: line }).first()).toBeVisible();
    await expectNoViolations(page);
  });

  await test.step("unstake, wait, withdraw", async () => {
    await unstake(page, "200", confirm);
    await expectNoViolations(page);
    await withdraw(page, confirm);
  });

  await test.step("back to dollars", async () => {
    await redeem(page, "150", confirm);
    await expectNoViolations(page);
    await expect
      .poll(
        async () => {
          await page.goto("/stake/dollars");
          return page.getByText("Turned back into dollars").count();
        },
        { timeout: 90_000, intervals: [2_000] },
      )
      .toBeGreaterThan(0);
    await expectNoViolations(page);
    await page.getByRole("link", { name: "Turned back into dollars" }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: /^Receipt for/ })).toBeVisible();
    await expect(page.getByText(/^Seal number \d+/)).toBeVisible({ timeout: 60_000 });
    await expectNoViolations(page);
  });

  await test.step("sign out", async () => {
    await page.goto("/stake/account");
    await expectNoViolations(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Stake with your own wallet" })).toBeVisible();
  });
});
