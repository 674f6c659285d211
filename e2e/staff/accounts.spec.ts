import { randomUUID } from "node:crypto";
import { expect, test } from "@playwright/test";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { Visitor } from "@/lib/bench/visitor";
import { lendCookies } from "../edge/pages";
import { callAction } from "../edge/visitors";
import { bank } from "../fixtures/bank";
import { expectNoViolations } from "../stake/no-violations";
import { signInStaff } from "./desk";

test("an account is frozen with a reason, its owner reads that it is under review, and two persons open it again", async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(120_000);
  const key = generatePrivateKey();
  const owner = new Visitor(bank().appUrl);
  await owner.signInWallet(key);
  const money = () => ({ amount: "25", clientKey: randomUUID() });
  expect((await callAction(owner, "bringDollars", money())).data).toMatchObject({ state: "settled" });

  await signInStaff(page, "noor-rahimi", "/staff/customers");
  await page.getByLabel("Name or wallet address").fill(privateKeyToAddress(key).toLowerCase());
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: "Not told yet" }).click();
  await expect(page.getByRole("cell", { name: "$25.00" }).first()).toBeVisible();
  await page.getByRole("button", { name: /^Freeze/ }).click();
  const reason = `Order ${randomUUID().slice(0, 8)}`;
  await page.getByRole("dialog").getByLabel("Reason").fill(reason);
  await page.getByRole("dialog").getByRole("button", { name: "Freeze" }).click();
  await expect(page.getByText("Frozen").first()).toBeVisible();
  await expect(page.getByText(reason)).toBeVisible();
  await expectNoViolations(page);

  expect((await callAction(owner, "sendDollars", money())).code).toBe("under_review");
  const home = await browser.newContext({ baseURL });
  await lendCookies(owner, home);
  const own = await home.newPage();
  await own.goto("/stake/dollars");
  await expect(own.getByText("Your dollar account is under review")).toBeVisible();
  expect(await own.content()).not.toMatch(new RegExp(`frozen|${reason}`, "i"));
  await expectNoViolations(own);
  await home.close();

  await page.getByRole("button", { name: /^Open again/ }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("The order was lifted");
  await page.getByRole("dialog").getByRole("button", { name: "Ask for a second person" }).click();
  const waits = page.getByRole("link", { name: "Waits for a second person" });
  await expect(waits).toBeVisible();
  const request = String(await waits.getAttribute("href"));
  expect((await callAction(owner, "sendDollars", money())).code).toBe("under_review");

  const desk = await browser.newContext({ baseURL });
  const second = await desk.newPage();
  await signInStaff(second, "june-castell", request);
  await expectNoViolations(second);
  await second.getByRole("button", { name: "Approve" }).click();
  await expect(second.getByText("Approved", { exact: true })).toBeVisible();
  await desk.close();
  expect((await callAction(owner, "sendDollars", money())).data).toMatchObject({ state: "settled" });
});
