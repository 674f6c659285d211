import { expect, type Page, test } from "@playwright/test";
import { createPublicClient, http, parseAbi } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { bank } from "../fixtures/bank";
import { injectWallet, type TestWallet } from "../wallet/inject-wallet";
import { approveIdentity, refuseIdentity } from "./clerk";
import { expectNoViolations } from "./no-violations";
import {
  bring,
  connect,
  convert,
  newPerson,
  nothingToConfirm,
  sendIdentity,
  untilVerified,
} from "./resident";

const chainId = 31_337;

async function walletOn(page: Page) {
  const privateKey = generatePrivateKey();
  const wallet = await injectWallet(page, { privateKey, rpcUrl: bank().rpcUrl, chainId });
  return { privateKey, wallet };
}

test("a declined connection and a declined signature are neutral, and can be tried again", async ({
  page,
}) => {
  const { wallet } = await walletOn(page);
  wallet.mood.declines.add("personal_sign");
  await page.goto("/stake");
  await page.getByTestId("connect").click();
  await page.getByRole("dialog").getByRole("button", { name: "Test wallet" }).click();
  await page.getByTestId("sign-in").click();
  await expect(page.getByText("You said no in your wallet.")).toBeVisible();
  await expectNoViolations(page);
  wallet.mood.declines.clear();
  await page.getByTestId("sign-in").click();
  await expect(page.getByRole("heading", { name: "Show who you are" })).toBeVisible();
});

test("a wallet on another network is asked to come over before it can sign in", async ({ page }) => {
  const { wallet } = await walletOn(page);
  wallet.mood.chainId = 1;
  wallet.mood.refusesSwitch = true;
  // As quick as a person: the list of wallets forgets an answer that comes before its own picture.
  wallet.mood.delayMs = 150;
  await page.goto("/stake");
  await page.getByTestId("connect").click();
  const list = page.getByRole("dialog");
  await list.getByRole("button", { name: "Test wallet" }).click();
  await expect(list.getByRole("button", { name: "Retry" })).toBeVisible();
  wallet.mood.refusesSwitch = false;
  await list.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByTestId("sign-in")).toBeVisible({ timeout: 20_000 });
  wallet.mood.delayMs = 0;

  await wallet.useChain(1);
  await page.getByTestId("sign-in").click();
  await expect(page.getByText("Your wallet is on another network.")).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole("button", { name: "Switch network" }).click();
  await expect(page.getByText("Your wallet is on another network.")).toBeHidden();
  await page.getByTestId("sign-in").click();
  await expect(page.getByRole("heading", { name: "Show who you are" })).toBeVisible({ timeout: 20_000 });
});

test("a sign-in message works once, here, now and for its own wallet", async ({ page }) => {
  await page.goto("/stake");
  const account = privateKeyToAccount(generatePrivateKey());
  const origin = new URL(page.url()).origin;
  const nonce = async () =>
    (await page.evaluate(() => fetch("/api/auth/nonce").then((answer) => answer.json()))) as {
      nonce: string;
      statement: string;
    };
  const attempt = async (change: Record<string, unknown>, reuse?: { message: string; signature: string }) => {
    const fresh = await nonce();
    const now = new Date();
    const message =
      reuse?.message ??
      createSiweMessage({
        address: account.address,
        chainId,
        domain: new URL(origin).host,
        uri: origin,
        version: "1",
        nonce: fresh.nonce,
        statement: fresh.statement,
        issuedAt: now,
        expirationTime: new Date(now.getTime() + 300_000),
        ...change,
      });
    const signature = reuse?.signature ?? (await account.signMessage({ message }));
    const error = await page.evaluate(
      async ([m, s]) => {
        const { csrfToken } = await fetch("/api/auth/csrf").then((answer) => answer.json());
        const answer = await fetch("/api/auth/callback/siwe", {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            message: m,
            signature: s,
            csrfToken,
            json: "true",
            callbackUrl: location.href,
          }),
        });
        const { url } = await answer.json();
        return new URL(url).searchParams.get("error");
      },
      [message, signature] as const,
    );
    return { error, message, signature };
  };
  const past = new Date(Date.now() - 20 * 60_000);
  expect((await attempt({ domain: "evil.example" })).error).toBe("sign_in_wrong_domain");
  expect((await attempt({ chainId: 1 })).error).toBe("sign_in_wrong_chain");
  expect((await attempt({ issuedAt: past, expirationTime: new Date(past.getTime() + 300_000) })).error).toBe(
    "sign_in_expired",
  );
  expect((await attempt({ address: privateKeyToAccount(generatePrivateKey()).address })).error).toBe(
    "sign_in_wrong_signature",
  );
  const good = await attempt({});
  expect(good.error).toBeNull();
  expect((await attempt({}, good)).error).toBe("sign_in_used");
});

test("a refused application says why, keeps the form and may be sent again", async ({ page, browser }) => {
  await walletOn(page);
  await connect(page, "Test wallet", nothingToConfirm);
  await page.goto("/stake/identity");
  await page.getByRole("button", { name: "Send to the bank" }).click();
  await expect(page.getByText("There is a problem")).toBeVisible();
  await expectNoViolations(page);
  await page.getByLabel("Full legal name").fill("Draft That Stays");
  await page.getByLabel("Date of birth").fill("2015-01-01");
  await page.reload();
  await expect(page.getByLabel("Full legal name")).toHaveValue("Draft That Stays");

  const person = newPerson("Rosalind Pike");
  await page.getByLabel("Date of birth").fill("2015-01-01");
  await page.getByLabel("Full legal name").fill(person.fullName);
  await page.getByLabel("Social Security or taxpayer number").fill(person.taxNumber);
  await page.getByLabel("Street and number").fill(person.street);
  await page.getByLabel("City", { exact: true }).fill(person.city);
  await page.getByLabel("County", { exact: true }).selectOption({ label: person.county });
  await page.getByLabel("ZIP code").fill(person.zip);
  await page.getByLabel("I have read the agreement").check();
  await page.getByRole("button", { name: "Send to the bank" }).click();
  await expect(page.getByText("You must be 18 or older to open this account.").first()).toBeVisible();
  await expect(page.getByLabel("Street and number")).toHaveValue(person.street);

  await sendIdentity(page, person);
  await refuseIdentity(browser, person, "The address cannot be read on the document.");
  await page.goto("/stake/identity");
  await expect(page.getByText("The address cannot be read on the document.")).toBeVisible();
  await sendIdentity(page, person);
});

test.describe("with a verified wallet", () => {
  test.describe.configure({ mode: "serial" });

  let page: Page;
  let wallet: TestWallet;
  let privateKey: `0x${string}`;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(300_000);
    page = await (await browser.newContext()).newPage();
    ({ wallet, privateKey } = await walletOn(page));
    await connect(page, "Test wallet", nothingToConfirm);

    await page.goto("/stake/dollars");
    await expect(page.getByText("You can bring dollars once your identity is verified.")).toBeVisible();

    const person = newPerson("Magnus Teale");
    await sendIdentity(page, person);
    await approveIdentity(browser, person);
    await untilVerified(page);
    await bring(page, "500");
    await convert(page, "400");
  });

  test.afterAll(async () => page?.context().close());

  const wrongAmounts: [string, string][] = [
    ["", "There is no amount yet."],
    ["0", "The amount is zero."],
    ["-5", "The amount is below zero."],
    ["1.1234567890123456789", "That amount has more than six digits after the dot."],
    ["999999999999999999999", "That amount is larger than we can handle."],
    ["ten dollars, please", "We cannot read that as an amount of dollars."],
    ["1,00", "We cannot read that as an amount of dollars."],
    ["401,000", "There is not enough in the account for that."],
  ];

  for (const [path, label, button] of [
    ["/stake/new", "How many tokens?", "Check and go on"],
    ["/stake/dollars/redeem", "How many tokens?", "Go on to sign"],
    ["/stake/dollars/convert", "How many dollars?", "Convert"],
  ] as const) {
    test(`${path} answers every wrong amount with one clear sentence and keeps what was typed`, async () => {
      await page.goto(path);
      const field = page.getByLabel(label);
      await expect(field).toBeVisible({ timeout: 20_000 });
      for (const [typed, sentence] of wrongAmounts) {
        await field.fill(typed);
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect(page.getByText(sentence)).toBeVisible();
        await expect(field).toHaveValue(typed);
      }
      await expectNoViolations(page);
    });
  }

  test("an amount pasted with a dollar sign and spaces is understood", async () => {
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill(" $ 1 00.50 ".replace("1 00", "100"));
    await expect(page.getByText(/That is/)).toContainText("100.50");
  });

  async function openStake(amount: string) {
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill(amount);
    await page.getByRole("button", { name: "Check and go on" }).click();
    await expect(page.getByTestId("sign")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText("Network cost, at most")).toBeVisible();
  }

  test("a declined permission is neutral; only that step is tried again", async () => {
    await openStake("10");
    wallet.mood.declines.add("eth_signTypedData_v4");
    await page.getByTestId("sign").click();
    await expect(page.getByText("You said no in your wallet.")).toBeVisible();
    await expectNoViolations(page);
    wallet.mood.declines.clear();
    await page.getByRole("button", { name: "Try this step again" }).click();
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });
  });

  test("a wallet that moves to another network is named, and asked back", async () => {
    await openStake("10");
    await wallet.useChain(1);
    await expect(page.getByText("Your wallet is on another network.").first()).toBeVisible();
    await page.getByTestId("sign").click();
    const steps = page.getByRole("region", { name: "Steps" });
    await expect(steps.getByText("Your wallet is on another network.")).toBeVisible();
    await steps.getByRole("button", { name: "Switch network" }).click();
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });
  });

  test("another account in the wallet is named and nothing is signed", async () => {
    await openStake("10");
    await wallet.useAccount(generatePrivateKey());
    await expect(page.getByText(/but you are signed in as/)).toBeVisible();
    await page.getByTestId("sign").click();
    await expect(page.getByText(/Choose 0x.* in your wallet, the one you signed in with/)).toBeVisible();
    await wallet.useAccount(privateKey);
    await page.getByRole("button", { name: "Try this step again" }).click();
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });
  });

  test("a reload after sending goes on at the wait and never sends again", async () => {
    await openStake("10");
    const before = wallet.log.filter((method) => method === "eth_sendTransaction").length;
    await page.route("**/api/stake/state", (route) => route.abort());
    await page.getByTestId("sign").click();
    await expect(page.getByText("Waiting until our own records show it.").first()).toBeVisible({
      timeout: 30_000,
    });
    await page.reload();
    await expect(page.getByText("You left in the middle. We go on where it stopped.")).toBeVisible();
    await page.unroute("**/api/stake/state");
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });
    expect(wallet.log.filter((method) => method === "eth_sendTransaction")).toHaveLength(before + 1);
  });

  test("a page closed while the wallet was asked looks first, and finds what was sent", async () => {
    await openStake("10");
    const before = wallet.log.filter((method) => method === "eth_sendTransaction").length;
    wallet.mood.delayMs = 4_000;
    await page.getByTestId("sign").click();
    await expect
      .poll(() => wallet.log.filter((m) => m === "eth_sendTransaction").length, { timeout: 40_000 })
      .toBe(before + 1);
    await page.reload();
    wallet.mood.delayMs = 0;
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 90_000 });
    expect(wallet.log.filter((method) => method === "eth_sendTransaction")).toHaveLength(before + 1);
  });

  test("a chain that is away is said so, and loses nothing", async () => {
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill("10");
    await page.route("**/api/rpc", (route) => route.abort());
    await page.getByRole("button", { name: "Check and go on" }).click();
    await expect(page.getByText("We cannot reach the network.")).toBeVisible({ timeout: 30_000 });
    await page.unroute("**/api/rpc");
    await page.getByRole("button", { name: "Try this step again" }).click();
    await expect(page.getByTestId("sign")).toBeVisible({ timeout: 30_000 });
  });

  test("what the steps showed is what the chain holds", async () => {
    const { rpcUrl, appUrl } = bank();
    const { contracts } = (await (await fetch(`${appUrl}/api/config`)).json()) as {
      contracts: { staking: `0x${string}` };
    };
    const client = createPublicClient({ transport: http(rpcUrl) });
    const abi = parseAbi([
      "function operatorIds() view returns (uint32[])",
      "struct View { uint256 active; uint256 pending; uint64 earnsFromEpoch; uint256 claimableGross; uint256 claimableFee; }",
      "function stakeOf(address,uint32) view returns (View)",
    ]);
    const staking = { address: contracts.staking, abi } as const;
    const ids = await client.readContract({ ...staking, functionName: "operatorIds" });
    let staked = 0n;
    for (const id of ids) {
      const own = await client.readContract({
        ...staking,
        functionName: "stakeOf",
        args: [wallet.address, id],
      });
      staked += own.active + own.pending;
    }
    expect(staked).toBe(50_000_000n);
  });
});

test("somebody else's receipt is not there", async ({ page }) => {
  await walletOn(page);
  await connect(page, "Test wallet", nothingToConfirm);
  await page.goto("/stake/dollars/receipt/0d9c0f5e-1111-4222-8333-444455556666");
  await expect(page.getByRole("heading", { name: "There is no page at this address" })).toBeVisible();
});
