import { expect, type Page, test } from "@playwright/test";
import { type Address, createPublicClient, encodeFunctionData, type Hex, http, parseAbi } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { bank } from "../fixtures/bank";
import { injectWallet, type TestWallet } from "../wallet/inject-wallet";
import { expectNoViolations } from "./no-violations";
import { connect, nothingToConfirm } from "./resident";

const chainId = 31_337;
const abi = parseAbi([
  "function operatorIds() view returns (uint32[])",
  "struct View { uint256 active; uint256 pending; uint64 earnsFromEpoch; uint256 claimableGross; uint256 claimableFee; }",
  "function stakeOf(address,uint32) view returns (View)",
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address,uint256) returns (bool)",
  "function approve(address,uint256) returns (bool)",
]);

/** What a wallet can do to a step between "yes" and "done". Each ends with one stake or none, and says which. */
test.describe("a hostile wallet", () => {
  test.describe.configure({ mode: "serial" });

  let page: Page;
  let wallet: TestWallet;
  let key: Hex;
  let contracts: { stateToken: Address; staking: Address };
  const client = () => createPublicClient({ transport: http(bank().rpcUrl) });

  test.beforeAll(async ({ browser }) => {
    const { people, rpcUrl, appUrl } = bank();
    key = people.find(({ slug }) => slug === "walter-brandt")?.walletKey as Hex;
    ({ contracts } = await (await fetch(`${appUrl}/api/config`)).json());
    page = await (await browser.newContext()).newPage();
    await page.clock.install();
    wallet = await injectWallet(page, { privateKey: key, rpcUrl, chainId });
    await connect(page, "Test wallet", nothingToConfirm);
  });

  test.afterAll(async () => page?.context().close());

  test.beforeEach(() => {
    Object.assign(wallet.mood, {
      sends: "at once",
      ownNumbers: true,
      batches: "unknown",
      down: false,
      gas: undefined,
      before: {},
    });
    wallet.mood.unknown.clear();
    wallet.mood.declines.clear();
  });

  async function stakedMicros() {
    const at = { address: contracts.staking, abi } as const;
    const ids = await client().readContract({ ...at, functionName: "operatorIds" });
    const own = await Promise.all(
      ids.map((id) => client().readContract({ ...at, functionName: "stakeOf", args: [wallet.address, id] })),
    );
    return own.reduce((sum, { active, pending }) => sum + active + pending, 0n);
  }

  /** Opens a stake of one token up to the button that lets the wallet be asked. */
  async function openStake() {
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill("1");
    await page.getByRole("button", { name: "Check and go on" }).click();
    await expect(page.getByTestId("sign")).toBeVisible({ timeout: 30_000 });
    return { staked: await stakedMicros(), asked: wallet.asked() };
  }

  /** Long enough for the page to call a wait slow, or a transaction lost. */
  async function waitAWhile() {
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible({ timeout: 20_000 });
    await page.waitForTimeout(1_500);
    await page.clock.fastForward(25_000);
  }

  const done = () =>
    expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });

  async function expectStaked(
    before: { staked: bigint; asked: number },
    times: { staked: bigint; asked: number },
  ) {
    expect((await stakedMicros()) - before.staked).toBe(times.staked * 1_000_000n);
    expect(wallet.asked() - before.asked).toBe(times.asked);
  }

  test("a speed-up is the same step with another fee", async () => {
    const before = await openStake();
    wallet.mood.sends = "held back";
    await page.getByTestId("sign").click();
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible({ timeout: 20_000 });
    await wallet.replace("speed-up");
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a cancel is said so, nothing was staked, and it can be started again", async () => {
    const before = await openStake();
    wallet.mood.sends = "held back";
    await page.getByTestId("sign").click();
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible({ timeout: 20_000 });
    await wallet.replace("cancel");
    await expect(page.getByText("You cancelled this step in your wallet.")).toBeVisible();
    await expect(page.getByText("Nothing was staked or moved")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 1 });
    await expectNoViolations(page);
    wallet.mood.sends = "at once";
    await page.getByRole("button", { name: "Start this step again" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  test("another call in its place is not taken for it", async () => {
    const before = await openStake();
    wallet.mood.sends = "held back";
    await page.getByTestId("sign").click();
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible({ timeout: 20_000 });
    const data = encodeFunctionData({ abi, functionName: "approve", args: [contracts.staking, 0n] });
    await wallet.replace({ to: contracts.stateToken, data });
    await expect(page.getByText("Your wallet sent something else in place of this step.")).toBeVisible();
    await page.reload();
    await expect(page.getByText("Your wallet sent something else in place of this step.")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 1 });
    await expectNoViolations(page);
    wallet.mood.declines.add("eth_signTypedData_v4");
    await page.getByRole("button", { name: "Start this step again" }).click();
    await expect(page.getByText("You said no in your wallet.")).toBeVisible();
    await page.getByRole("button", { name: "Stop and start over" }).click();
    await expect(page.getByLabel("How many tokens?")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 1 });
  });

  test("a step that the chain refuses after all changes nothing, and costs only the network's price", async () => {
    const before = await openStake();
    wallet.mood.gas = 90_000n;
    await page.getByTestId("sign").click();
    await expect(page.getByText("The network took this step in and then refused it.")).toBeVisible();
    await expect(page.getByText("Nothing has changed; only the small network cost was used.")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 1 });
    wallet.mood.gas = undefined;
    await page.getByRole("button", { name: "Try this step again" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  test("a step that stays in line is still pending after a while and after a reload, and is not sent again", async () => {
    const before = await openStake();
    wallet.mood.sends = "behind a gap";
    await page.getByTestId("sign").click();
    await waitAWhile();
    const pending = page.getByText("This step was sent but is not confirmed yet.");
    await expect(pending).toBeVisible({ timeout: 40_000 });
    await expect(page.getByText("speed the step up or to cancel it")).toBeVisible();
    await expectNoViolations(page);
    await page.reload();
    await expect(page.getByText("You left in the middle. We go on where it stopped.")).toBeVisible();
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible();
    await wallet.fillGap();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a transaction that the network never got is sent again in the same place, and only one counts", async () => {
    const before = await openStake();
    wallet.mood.ownNumbers = false;
    wallet.mood.sends = "held back";
    await page.getByTestId("sign").click();
    await waitAWhile();
    await expect(page.getByText("The network does not know this step.")).toBeVisible({ timeout: 40_000 });
    wallet.mood.sends = "at once";
    await page.getByRole("button", { name: "Send it again" }).click();
    await done();
    await expect(wallet.release()).rejects.toThrow(/nonce too low/i);
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  test("a wallet that sends and never answers is not waited for", async () => {
    const before = await openStake();
    wallet.mood.sends = "silently";
    await page.getByTestId("sign").click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a wallet that reports a failure although it has sent is looked up before anything is asked again", async () => {
    const before = await openStake();
    wallet.mood.sends = "with a failure";
    await page.getByTestId("sign").click();
    await expect(page.getByText("Your wallet cannot reach the network.")).toBeVisible();
    await page.getByRole("button", { name: "Try this step again" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a wallet whose node is away is named, and the step goes on when it is back", async () => {
    const before = await openStake();
    wallet.mood.down = true;
    await page.getByTestId("sign").click();
    await expect(page.getByText("Your wallet cannot reach the network.")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 1 });
    wallet.mood.down = false;
    await page.getByRole("button", { name: "Try this step again" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  test("a question left open in the wallet is put again after a reload, and two answers are one stake", async () => {
    const before = await openStake();
    wallet.mood.ownNumbers = false;
    let confirm = () => {};
    const opened = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    wallet.mood.before.eth_sendTransaction = () => opened;
    await page.getByTestId("sign").click();
    await expect.poll(() => wallet.asked(), { timeout: 20_000 }).toBe(before.asked + 1);
    await page.reload();
    await expect(
      page.getByText("Your wallet was asked, and the page closed before it answered."),
    ).toBeVisible();
    await expectNoViolations(page);
    wallet.mood.before = {};
    await page.getByRole("button", { name: "Ask the wallet again" }).click();
    await done();
    confirm();
    await expect.poll(() => wallet.refused.at(-1) ?? "", { timeout: 10_000 }).toMatch(/nonce/i);
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  test("a wallet that changes network between permission and sending is asked back", async () => {
    const before = await openStake();
    wallet.mood.before.eth_signTypedData_v4 = () => wallet.useChain(1);
    await page.getByTestId("sign").click();
    const steps = page.getByRole("region", { name: "Steps" });
    await expect(steps.getByText("Your wallet is on another network.")).toBeVisible();
    await expectStaked(before, { staked: 0n, asked: 0 });
    wallet.mood.before = {};
    await steps.getByRole("button", { name: "Switch network" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a wallet that changes account between permission and sending signs nothing more", async () => {
    const before = await openStake();
    wallet.mood.before.eth_signTypedData_v4 = async () => {
      setTimeout(() => wallet.useAccount(generatePrivateKey()), 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    await page.getByTestId("sign").click();
    await expect(page.getByText(/Choose 0x.* in your wallet, the one you signed in with/)).toBeVisible();
    wallet.mood.before = {};
    await wallet.useAccount(key);
    await page.getByRole("button", { name: "Try this step again" }).click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
  });

  test("a wallet that goes away after sending is not needed to finish", async () => {
    const before = await openStake();
    wallet.mood.sends = "held back";
    await page.getByTestId("sign").click();
    await expect(page.getByText("Sent. Waiting for the network").first()).toBeVisible({ timeout: 20_000 });
    await wallet.disconnect();
    await expect(page.getByText("Your wallet is not connected to this page.")).toBeVisible();
    await wallet.release();
    await done();
    await expectStaked(before, { staked: 1n, asked: 1 });
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill("1");
    await page.getByRole("button", { name: "Check and go on" }).click();
    await page.getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Test wallet" }).click();
    await expect(page.getByTestId("sign")).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: "Change the amount" }).click();
  });

  test("a wallet that cannot sign a permission approves instead", async () => {
    const before = await openStake();
    wallet.mood.unknown.add("eth_signTypedData_v4");
    await page.getByTestId("sign").click();
    await done();
    await expectStaked(before, { staked: 1n, asked: 2 });
  });

  for (const [no, batches] of [
    ["the upgrade for several calls as one", "upgrade refused"],
    ["several calls as one", "declined"],
  ] as const)
    test(`a wallet that offers and then refuses ${no} goes on step by step`, async () => {
      wallet.mood.batches = batches;
      const before = await openStake();
      await expect(page.getByText("Sign once for everything").first()).toBeVisible();
      await page.getByTestId("sign").click();
      if (batches === "declined") {
        await expect(page.getByText("You said no in your wallet.")).toBeVisible();
        await page.getByRole("button", { name: "Try this step again" }).click();
      }
      await done();
      await expectStaked(before, { staked: 1n, asked: 2 });
    });
});
