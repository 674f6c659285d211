import { type Browser, expect, type Page, test } from "@playwright/test";
import { generatePrivateKey } from "viem/accounts";
import { rounds } from "@/lib/bars/rounds";
import { Visitor } from "@/lib/bench/visitor";
import { bank } from "../fixtures/bank";
import { newPerson } from "../stake/resident";
import { lendCookies } from "./pages";
import { packed, payloads } from "./payloads";
import { callAction, visitorAs } from "./visitors";

/** What somebody types into a text field is text to everybody who reads it. */

const step = Math.ceil(payloads.length / Math.min(rounds(8), payloads.length));
const tried = payloads.filter((_, at) => at % step === 0);

async function readerAs(browser: Browser, visitor: Visitor): Promise<{ page: Page; heard: string[] }> {
  const context = await browser.newContext({ baseURL: bank().appUrl });
  await lendCookies(visitor, context);
  const page = await context.newPage();
  const heard: string[] = [];
  await page.exposeFunction("ran", () => heard.push("ran"));
  await page.exposeFunction("heardViolation", (what: string) => heard.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      (window as never as { heardViolation(what: string): void }).heardViolation(event.effectiveDirective),
    );
  });
  page.on("dialog", (dialog) => {
    heard.push("dialog");
    void dialog.dismiss();
  });
  return { page, heard };
}

const application = () => {
  const { county: _, ...person } = newPerson("Nora Hale");
  return {
    ...person,
    state: "MD",
    countyFips: "24031",
    filingStatus: "single",
    election: "flat",
    agreed: true,
  };
};

test("a form of a resident takes no markup for a name or an address", async () => {
  const visitor = new Visitor(bank().appUrl);
  await visitor.signInWallet(generatePrivateKey());
  for (const text of tried)
    for (const [field, code] of [
      ["fullName", "name_invalid"],
      ["street", "address_invalid"],
      ["city", "address_invalid"],
    ] as const) {
      const answer = await callAction(visitor, "sendIdentity", { ...application(), [field]: text });
      expect.soft([answer.status, answer.code], `${field} ${text}`).toEqual([200, code]);
    }
  const good = await callAction(visitor, "sendIdentity", application());
  expect(good.data, "an honest form is taken").toMatchObject({ applicationId: expect.any(String) });
});

test("what staff write is text to staff and residents", async ({ browser }) => {
  test.setTimeout(600_000);
  const officer = await visitorAs("noor-rahimi");
  const clerk = await visitorAs("june-castell");
  const desk = await readerAs(browser, officer);
  for (const reason of packed(tried, 480)) {
    const resident = new Visitor(bank().appUrl);
    await resident.signInWallet(generatePrivateKey());
    const sent = await callAction(resident, "sendIdentity", application());
    const { applicationId } = sent.data as { applicationId: string };
    const decision = { applicationId, decision: "refuse", reason };
    expect((await callAction(clerk, "decideApplication", decision)).code).toBeUndefined();
    await desk.page.goto(`/staff/identity/${applicationId}`);
    await expect(desk.page.getByText(reason.trim().slice(0, 30)).first()).toBeAttached();
    await callAction(officer, "turnSwitch", { name: "payout", isOn: true, reason });
    await desk.page.goto("/staff/switches");
    await expect(desk.page.getByText(reason.trim().slice(0, 30)).first()).toBeAttached();

    const home = await readerAs(browser, resident);
    await home.page.goto("/stake/identity");
    await expect(home.page.getByText(reason.trim().slice(0, 30)).first()).toBeAttached();
    expect.soft(home.heard, reason).toEqual([]);
    await home.page.context().close();
  }
  expect(desk.heard).toEqual([]);
  await callAction(officer, "turnSwitch", { name: "payout", isOn: true, reason: "As it was" });
  await desk.page.context().close();
});

test("what stands in an address or a header is text", async ({ browser }) => {
  test.setTimeout(600_000);
  const officer = await visitorAs("noor-rahimi");
  const desk = await readerAs(browser, officer);
  const stranger = await readerAs(browser, await visitorAs());
  for (const text of tried) {
    const word = encodeURIComponent(text);
    for (const path of [`/staff/customers?find=${word}`, `/staff/identity?state=${word}`]) {
      await desk.page.goto(path);
      await expect(desk.page.getByRole("heading", { level: 1 })).toBeVisible();
    }
    for (const path of [
      `/sign-in?to=${word}`,
      `/sign-in?error=${word}`,
      `/${word.replaceAll("%2F", "")}`,
      `/reserves?${word}#${word}`,
    ])
      await stranger.page.goto(path);
  }
  expect(desk.heard).toEqual([]);
  expect(stranger.heard).toEqual([]);

  const resident = new Visitor(bank().appUrl);
  const named = tried.filter((text) => !/[^\x20-\x7e]/.test(text)).slice(0, 6);
  const key = generatePrivateKey();
  for (const text of named) await resident.signInWallet(key, { "user-agent": text });
  const home = await readerAs(browser, resident);
  await home.page.goto("/stake/account");
  await expect(home.page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(home.heard).toEqual([]);
  for (const one of [desk, stranger, home]) await one.page.context().close();
});

test("a page that did take text for markup would be found out", async ({ browser }) => {
  const { page, heard } = await readerAs(browser, await visitorAs());
  await page.goto("/about-rewards");
  await page.evaluate(
    (markup) => document.body.insertAdjacentHTML("beforeend", markup),
    payloads[17] as string,
  );
  await expect.poll(() => heard).toContain("script-src-attr");
  await page.context().close();
});
