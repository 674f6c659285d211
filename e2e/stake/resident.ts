import { expect, type Page } from "@playwright/test";

export type Person = {
  fullName: string;
  birthDate: string;
  taxNumber: string;
  street: string;
  city: string;
  county: string;
  zip: string;
};

const letters = "abcdefghijklmnopqrstuvwxyz";
const suffix = () => Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * 26)]).join("");

/** A new person each time, so that a kept database never knows name or tax number already. */
export function newPerson(name: string): Person {
  const digits = String(Date.now()).slice(-6);
  return {
    fullName: `${name} of ${suffix()}`,
    birthDate: "1988-04-12",
    taxNumber: `912-${70 + Math.floor(Math.random() * 18)}-${digits.slice(-4)}`,
    street: "12 Orchard Lane",
    city: "Rockville",
    county: "Montgomery County",
    zip: "20850",
  };
}

/** Answers the demo wallet's own window; a test with another wallet has nothing to answer. */
export type Confirm = (page: Page) => Promise<void>;

export const approveInDemoWallet: Confirm = async (page) => {
  const sheet = page.getByTestId("demo-wallet");
  await expect(sheet).toBeVisible({ timeout: 20_000 });
  await sheet.getByTestId("demo-wallet-approve").click();
};

export const nothingToConfirm: Confirm = async () => {};

export async function connect(page: Page, walletName: string, confirm: Confirm) {
  await page.goto("/stake");
  await page.getByTestId("connect").click();
  await page.getByRole("dialog").getByRole("button", { name: walletName }).click({ timeout: 30_000 });
  await confirm(page);
  await page.getByTestId("sign-in").click({ timeout: 20_000 });
  await confirm(page);
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(/Stake with your own wallet/, {
    timeout: 20_000,
  });
}

export async function sendIdentity(page: Page, person: Person) {
  await page.goto("/stake/identity");
  await page.getByLabel("Full legal name").fill(person.fullName);
  await page.getByLabel("Date of birth").fill(person.birthDate);
  await page.getByLabel("Social Security or taxpayer number").fill(person.taxNumber);
  await page.getByLabel("Street and number").fill(person.street);
  await page.getByLabel("City", { exact: true }).fill(person.city);
  await page.getByLabel("County", { exact: true }).selectOption({ label: person.county });
  await page.getByLabel("ZIP code").fill(person.zip);
  await expect(page.getByText("Withheld from every payout")).toBeVisible({ timeout: 15_000 });
  await page.getByLabel("I have read the agreement").check();
  await page.getByRole("button", { name: "Send to the bank" }).click();
  await expect(page.getByText("We have your form")).toBeVisible({ timeout: 15_000 });
}

export async function untilVerified(page: Page) {
  await expect
    .poll(
      async () => {
        await page.goto("/stake/identity");
        return page.getByText("You are verified").count();
      },
      { timeout: 90_000, intervals: [1_500] },
    )
    .toBe(1);
}

export async function bring(page: Page, amount: string) {
  await page.goto("/stake/dollars");
  await page.getByLabel("Amount in dollars").fill(amount);
  await page.getByRole("button", { name: "Bring simulated dollars" }).click();
  await expect(page.getByText(/has arrived on your account/)).toBeVisible({ timeout: 15_000 });
}

export async function convert(page: Page, amount: string) {
  await expect
    .poll(
      async () => {
        await page.goto("/stake/dollars/convert");
        return page.getByLabel("How many dollars?").count();
      },
      { timeout: 60_000, intervals: [1_500] },
    )
    .toBe(1);
  await page.getByLabel("How many dollars?").fill(amount);
  await expect(page.getByRole("table", { name: "What changes" })).toBeVisible();
  await page.getByRole("button", { name: "Convert", exact: true }).click();
  await expect(page).toHaveURL(/\/stake\/dollars\/receipt\//, { timeout: 20_000 });
  await expect(page.getByText("Tokens in your wallet")).toBeVisible();
  await expect(page.getByRole("link", { name: "Go on: stake" })).toBeVisible({ timeout: 90_000 });
}

/** Runs a signing flow that is on the screen from its check to "our own records show it". */
export async function runSteps(page: Page, confirm: Confirm, signatures: number) {
  await page.getByTestId("sign").click({ timeout: 30_000 });
  for (let index = 0; index < signatures; index++) await confirm(page);
  await expect(page.getByText("Done. Our own records show it.").last()).toBeVisible({ timeout: 90_000 });
}

export async function stake(page: Page, amount: string, confirm: Confirm) {
  await page.goto("/stake/new");
  await page.getByLabel("How many tokens?").fill(amount);
  await page.getByRole("button", { name: "Check and go on" }).click();
  await runSteps(page, confirm, 2);
}

/** Waits for a final epoch to pay, then claims. */
export async function claim(page: Page, confirm: Confirm) {
  await expect
    .poll(
      async () => {
        await page.goto("/stake/rewards");
        await page.getByTestId("open-claim").waitFor();
        return page.getByTestId("open-claim").and(page.locator(":not([aria-disabled])")).count();
      },
      { timeout: 180_000, intervals: [3_000] },
    )
    .toBe(1);
  await page.getByTestId("open-claim").click();
  await runSteps(page, confirm, 1);
}

export async function unstake(page: Page, amount: string, confirm: Confirm) {
  await page.goto("/stake/unstake");
  await page.getByLabel("How many tokens?").fill(amount);
  await page.getByRole("button", { name: "Check and go on" }).click();
  await runSteps(page, confirm, 1);
}

export async function withdraw(page: Page, confirm: Confirm) {
  const ready = page.getByTestId("open-withdraw").and(page.locator(":not([aria-disabled])"));
  await expect
    .poll(
      async () => {
        await page.goto("/stake/unstake");
        await page.getByTestId("open-withdraw").waitFor();
        return ready.count();
      },
      { timeout: 180_000, intervals: [3_000] },
    )
    .toBeGreaterThan(0);
  await ready.first().click();
  await runSteps(page, confirm, 1);
}

export async function redeem(page: Page, amount: string, confirm: Confirm) {
  await page.goto("/stake/dollars/redeem");
  await page.getByLabel("How many tokens?").fill(amount);
  await page.getByRole("button", { name: "Go on to sign" }).click();
  await runSteps(page, confirm, 1);
}
