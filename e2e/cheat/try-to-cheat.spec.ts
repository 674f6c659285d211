import { expect, type Page, test } from "@playwright/test";
import { createPublicClient, createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { epochManagerAbi, stakingAbi } from "@/lib/chain/abi";
import { readDeployment } from "@/lib/chain/addresses";
import { homeAt } from "@/lib/processes/home";
import { inProject } from "@/lib/processes/running-bank";
import { bank } from "../fixtures/bank";
import { expectNoViolations } from "../stake/no-violations";

/** The lie, and what everybody reads of it while it stands. */
const lies = [
  { press: "Leave out a deposit", found: /Seal \d+ was closed over one entry more than the bank shows/ },
  {
    press: "Edit a balance",
    found: /Line \d+, a customer's dollars, begins at \$[\d,.]+; the epoch before ended it at \$[\d,.]+/,
  },
  {
    press: "Mint without backing",
    found: /The books say \$[\d,.]+ in tokens .* \$10,000\.00 came from nowhere/,
  },
  { press: "Pay too little tax", found: /a payout, withholds \$[\d.]+ of federal tax where \$[\d.]+ is due/ },
];
/** an epoch has to close for each: the others on demand */
const played = process.env.E2E_CHEATS === "all" ? lies : lies.slice(0, 1);

const chip = (page: Page, door: string) =>
  page.getByRole("listitem").filter({ has: page.getByText(door, { exact: true }) });
const says = (page: Page, words: string) =>
  expect(page.getByRole("status").filter({ hasText: words })).toBeAttached({ timeout: 90_000 });

/** A resident takes part of a stake back, by the contract and nobody's leave. */
async function unstakes(slug: string): Promise<string> {
  const { people, rpcUrl, home } = bank();
  const key = people.find((one) => one.slug === slug)?.walletKey as Hex;
  const { contracts } = readDeployment(homeAt(inProject(), home).deployment);
  const staking = { address: contracts.staking, abi: stakingAbi } as const;
  const account = privateKeyToAccount(key);
  const client = createPublicClient({ transport: http(rpcUrl) });
  const wallet = createWalletClient({ account, transport: http(rpcUrl) });
  for (const operatorId of await client.readContract({ ...staking, functionName: "operatorIds" })) {
    const stake = await client.readContract({
      ...staking,
      functionName: "stakeOf",
      args: [account.address, operatorId],
    });
    if (stake.active < 1_000_000n) continue;
    const hash = await wallet.writeContract({
      ...staking,
      functionName: "requestUnbond",
      args: [operatorId, 1_000_000n],
      chain: null,
    });
    return (await client.waitForTransactionReceipt({ hash })).status;
  }
  throw new Error(`${slug} has no stake`);
}

/** Validators that were started a moment ago may still miss an epoch: waits for a new one that all five have signed. */
async function allTakePart(): Promise<void> {
  const { rpcUrl, home } = bank();
  const { contracts } = readDeployment(homeAt(inProject(), home).deployment);
  const client = createPublicClient({ transport: http(rpcUrl) });
  const fullySigned = async () => {
    const finals = await client.getContractEvents({
      address: contracts.epochManager,
      abi: epochManagerAbi,
      eventName: "EpochFinal",
      fromBlock: 0n,
      strict: true,
    });
    return finals.filter(({ args }) => args.signers.length === 5).length;
  };
  const before = await fullySigned();
  await expect.poll(fullySigned, { timeout: 120_000 }).toBeGreaterThan(before);
}

// whatever a test ended with: the bank is whole for the others
test.afterEach(async ({ page }) => {
  await page.goto("/try-to-cheat");
  const undo = page.getByRole("button", { name: "Undo it" });
  if (!(await undo.isVisible())) return;
  await undo.click();
  await says(page, "All is mended.");
});

for (const { press, found } of played)
  test(`${press.toLowerCase()}: caught, stopped, named to everybody, and mended`, async ({
    page,
    context,
  }) => {
    await allTakePart();
    await page.goto("/reserves");
    await page.getByRole("link", { name: "Try to cheat (demo)" }).click();
    await expect(page.getByRole("heading", { name: "Try to cheat", level: 1 })).toBeVisible();
    await expectNoViolations(page);
    await page.getByRole("button", { name: press }).click();
    await expect(page.getByRole("button", { name: "Undo it" })).toBeVisible();

    await test.step("validators outside the bank refuse, and minting and rewards stop", async () => {
      await says(page, "Caught.");
      await expect(page.getByText(/^5 of 5 refuse epoch \d+, 3 of them outside the bank\.$/)).toBeVisible();
      await expect(page.getByText(found)).toBeVisible();
      for (const door of ["New tokens", "Rewards", "Dollars out"])
        await expect(chip(page, door)).toContainText("Stopped");
      await expectNoViolations(page);
    });

    await test.step("everybody reads which line it is", async () => {
      const public_ = await context.newPage();
      await public_.goto("/reserves");
      await expect(public_.getByRole("alert").filter({ hasText: found })).toContainText(
        "Harbor Light Computing",
      );
      await public_.close();
    });

    await test.step("a stake can be taken back all the same", async () => {
      for (const door of ["Claims", "Unstaking", "Withdrawals"])
        await expect(chip(page, door)).toContainText("Open");
      expect(await unstakes("marcus-delgado")).toBe("success");
    });

    await test.step("undone, all is open again, and the next epoch is final", async () => {
      await page.getByRole("button", { name: "Undo it" }).click();
      await says(page, "All is mended.");
      await expect(page.getByText(/^Epoch \d+ is final\. Rewards flow again\.$/)).toBeVisible();
      for (const door of ["New tokens", "Rewards", "Dollars out"])
        await expect(chip(page, door)).toContainText("Open");
      await page.goto("/reserves");
      await expect(page.getByRole("alert").filter({ hasText: found })).toHaveCount(0);
    });
  });
