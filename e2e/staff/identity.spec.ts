import { expect, type Page, test } from "@playwright/test";
import { generatePrivateKey } from "viem/accounts";
import { bank } from "../fixtures/bank";
import { expectNoViolations } from "../stake/no-violations";
import { connect, newPerson, nothingToConfirm, type Person, sendIdentity } from "../stake/resident";
import { injectWallet } from "../wallet/inject-wallet";
import { approveApplication, openApplication, refuseApplication, signInStaff } from "./desk";

const chainId = 31_337;

async function apply(page: Page, name: string): Promise<Person> {
  await injectWallet(page, { privateKey: generatePrivateKey(), rpcUrl: bank().rpcUrl, chainId });
  await connect(page, "Test wallet", nothingToConfirm);
  const person = newPerson(name);
  await sendIdentity(page, person);
  return person;
}

test("a clerk sees one tax number on record, approves, and the chain follows", async ({ page, browser }) => {
  const person = await apply(page, "Harriet Vance");
  const context = await browser.newContext({ viewport: page.viewportSize() });
  const desk = await context.newPage();
  await signInStaff(desk, "june-castell");
  await expectNoViolations(desk);
  await openApplication(desk, person.fullName);
  await expectNoViolations(desk);

  const full = person.taxNumber;
  expect(await desk.content()).not.toContain(full);
  await expect(desk.getByText(`•••-••-${full.slice(-4)}`)).toBeVisible();
  await desk.getByRole("button", { name: "Show in full" }).click();
  await desk.getByRole("dialog").getByLabel("Reason").fill("Compare with the identity document");
  await desk.getByRole("button", { name: "Show it" }).click();
  await expect(desk.getByText(full)).toBeVisible();
  await desk.getByRole("button", { name: "Hide" }).click();
  await expect(desk.getByText(full)).toHaveCount(0);

  await approveApplication(desk, person.fullName);
  await expect(desk.getByText("The customer can hold and stake tokens.")).toBeVisible({ timeout: 90_000 });
  await expectNoViolations(desk);
  await context.close();

  const other = await browser.newContext();
  const officer = await other.newPage();
  await signInStaff(officer, "noor-rahimi");
  await officer.goto("/staff/identity?state=approved");
  await officer.getByRole("link", { name: person.fullName }).first().click();
  const record = officer.getByRole("table", { name: "Record" });
  await expect(record.getByText("reveal-identity")).toBeVisible();
  await expect(record.getByText("decide-identity")).toBeVisible();
  await other.close();
});

test("a refusal needs a reason, reaches the applicant and nobody is registered", async ({
  page,
  browser,
}) => {
  const person = await apply(page, "Silas Crowe");
  const context = await browser.newContext();
  const desk = await context.newPage();
  await signInStaff(desk, "june-castell");
  const reason = "The county does not fit the address.";
  await refuseApplication(desk, person.fullName, reason);
  await expect(desk.getByText("Nothing is sent to the chain.")).toBeVisible();
  await expect(desk.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await context.close();
  await page.goto("/stake/identity");
  await expect(page.getByText(reason)).toBeVisible();
});

test("a switch turned off stops sign-in, with a reason on record, until it is turned on", async ({
  page,
  browser,
}) => {
  const context = await browser.newContext();
  const desk = await context.newPage();
  await signInStaff(desk, "noor-rahimi", "/staff/switches");
  await expectNoViolations(desk);
  const turn = async (to: "on" | "off") => {
    await desk.getByRole("button", { name: `Turn Sign-in ${to}` }).click();
    const dialog = desk.getByRole("dialog");
    await dialog.getByLabel("Reason").fill(`Trying the switch: ${to}`);
    await dialog.getByRole("button", { name: `Turn ${to}`, exact: true }).click();
    await expect(desk.getByText(`Trying the switch: ${to}`)).toBeVisible();
  };
  await turn("off");
  try {
    await injectWallet(page, { privateKey: generatePrivateKey(), rpcUrl: bank().rpcUrl, chainId });
    await page.goto("/stake");
    await page.getByTestId("connect").click();
    await page.getByRole("dialog").getByRole("button", { name: "Test wallet" }).click();
    await page.getByTestId("sign-in").click();
    await expect(page.getByText("We cannot do this just now.")).toBeVisible({ timeout: 20_000 });
  } finally {
    await turn("on");
  }
  await page.getByTestId("sign-in").click();
  await expect(page.getByTestId("sign-in")).toHaveCount(0, { timeout: 20_000 });
  await context.close();
});

test("every page of the desk stands without hindrance", async ({ page }) => {
  await page.goto("/sign-in");
  await expectNoViolations(page);
  await signInStaff(page, "noor-rahimi");
  for (const path of [
    "/staff",
    "/staff/approvals",
    "/staff/customers",
    "/staff/operations",
    "/staff/identity",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNoViolations(page);
  }
});
