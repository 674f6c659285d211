import { expect, test } from "@playwright/test";
import {
  type Abi,
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  parseEther,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { receiptOf } from "@/lib/chain/receipt-of";
import { bank } from "../fixtures/bank";
import compiled from "../wallet/contract-wallet.json" with { type: "json" };
import { injectWallet } from "../wallet/inject-wallet";
import { approveIdentity } from "./clerk";
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

/** The account is a contract on the chain: its owner signs for it (ERC-1271), and it makes several calls as one. */
test("a contract wallet signs in, is verified and stakes with one confirmation", async ({
  page,
  browser,
}) => {
  const { rpcUrl, people } = bank();
  const key = people.find(({ slug }) => slug === "walter-brandt")?.walletKey as Hex;
  const owner = privateKeyToAccount(key);
  const reader = createPublicClient({ transport: http(rpcUrl) });
  const signer = createWalletClient({ account: owner, transport: http(rpcUrl) });
  const hash = await signer.deployContract({
    abi: compiled.abi as Abi,
    bytecode: compiled.bytecode as Hex,
    args: [owner.address],
    chain: null,
  });
  const { contractAddress } = await receiptOf(reader, hash);
  const address = contractAddress as Address;
  const wallet = await injectWallet(page, {
    privateKey: key,
    rpcUrl,
    chainId: 31_337,
    contract: {
      address,
      carry: (calls) => ({
        to: address,
        data: encodeFunctionData({
          abi: compiled.abi as Abi,
          functionName: "execute",
          args: [calls.map(({ to, data }) => ({ to, value: 0n, data }))],
        }),
      }),
    },
  });

  await connect(page, "Test wallet", nothingToConfirm);
  await expect(page.getByRole("heading", { name: "Show who you are" })).toBeVisible();
  const person = newPerson("Agnes Thorne");
  await sendIdentity(page, person);
  await approveIdentity(browser, person);
  await untilVerified(page);
  expect(await reader.getBalance({ address })).toBeLessThan(parseEther("1"));
  await bring(page, "300");
  await convert(page, "200");

  wallet.mood.batches = "supported";
  const stake = async (amount: string) => {
    await page.goto("/stake/new");
    await page.getByLabel("How many tokens?").fill(amount);
    await page.getByRole("button", { name: "Check and go on" }).click();
    await expect(page.getByTestId("sign")).toBeVisible({ timeout: 30_000 });
    const before = wallet.asked();
    await page.getByTestId("sign").click();
    await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 60_000 });
    return wallet.asked() - before;
  };
  expect(await stake("50"), "allowing and staking as one").toBe(1);
  await expectNoViolations(page);
  wallet.mood.batches = "unknown";
  expect(await stake("25"), "one by one, since a contract cannot sign a permission").toBe(2);
  await page.goto("/stake");
  await expect(page.getByText("75.00").first()).toBeVisible();
});
