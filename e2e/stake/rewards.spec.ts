import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { parseCsv } from "@/lib/rewards/csv-reader";
import { bank } from "../fixtures/bank";
import { injectWallet } from "../wallet/inject-wallet";
import { expectNoViolations } from "./no-violations";
import { connect, nothingToConfirm } from "./resident";

/** "$1,234.567890" or "−$0.000001" as a whole number of the smallest unit shown with so many digits. */
function amountIn(text: string, digits: number): bigint {
  const [, sign = "", whole = "", fraction = ""] = /([−-]?)\$([\d,]+)(?:\.(\d+))?/.exec(text) ?? [];
  const value = BigInt(whole.replaceAll(",", "") + fraction.padEnd(digits, "0"));
  return sign ? -value : value;
}

const cellsOf = (page: Page, row: string) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: row, exact: true }) });

async function ada(page: Page) {
  const { people, rpcUrl } = bank();
  const { walletKey } = people.find(({ slug }) => slug === "ada-whitcomb") as { walletKey: `0x${string}` };
  await injectWallet(page, { privateKey: walletKey, rpcUrl, chainId: 31_337 });
  await connect(page, "Test wallet", nothingToConfirm);
}

test("a resident opens a reward, sees it recomputed and compared, checks the sum, and keeps all as a file", async ({
  page,
}) => {
  await ada(page);
  await page.goto("/stake/rewards");
  await expect(page.getByRole("heading", { name: "What you earned and what was paid" })).toBeVisible();
  await expect(page.getByRole("img", { name: /you had earned \$/ })).toBeVisible();
  await expectNoViolations(page);

  await test.step("one payout, with its arithmetic", async () => {
    await page.getByRole("link", { name: "How this was worked out" }).first().click();
    await expect(page.getByText("Recomputed from the chain's records: the same")).toBeVisible();
    await expect(page.getByRole("heading", { name: /^Why (less|more) than last time/ })).toBeVisible();
    await expect(page.getByText(/universal time/).first()).toBeVisible();
    await expect(page.getByText(/^Seal number \d+/)).toBeVisible();
    await page.getByText("Where did it come from?").first().click();
    await expect(page.getByText(/took in \$.* in fees: .*checking data/).first()).toBeVisible();
    await expectNoViolations(page);
  });

  await test.step("the causes sum to the difference, and each part is what a calculator says", async () => {
    const causes = page.getByRole("table", { name: /^Why/ });
    const changes = await causes.locator("tbody td").allTextContents();
    const total = await causes.locator("tfoot td").textContent();
    const micros = (text: string) => (/minus/.test(text) ? -1n : 1n) * amountIn(text.replace(/[−-]/, ""), 6);
    expect(changes.map(micros).reduce((sum, one) => sum + one, 0n)).toBe(micros(total ?? ""));

    const rows = await page
      .getByRole("table", { name: "1. Your part of each epoch" })
      .locator("tbody tr")
      .all();
    expect(rows.length).toBeGreaterThan(2);
    let sum = 0n;
    for (const row of rows) {
      const [paid = "", own = "", all = "", part = ""] = await row.locator("td").allTextContents();
      const shown = amountIn(part, 9);
      const reckoned = (amountIn(paid, 6) * amountIn(own, 6) * 1_000n) / amountIn(all, 6);
      expect(shown - reckoned >= -1n && shown - reckoned <= 1n).toBe(true);
      sum += shown;
    }
    const left = await cellsOf(page, "Left after the fee").locator("td").allTextContents();
    const fee = await cellsOf(page, "Of it the operator's fee").locator("td").allTextContents();
    const carried = cellsOf(page, "Fractions carried from the payout before").locator("td").first();
    const before = (await carried.count()) > 0 ? amountIn((await carried.textContent()) ?? "", 9) : 0n;
    const kept = cellsOf(page, "Fractions cut when stake came or left").locator("td").first();
    const cut = (await kept.count()) > 0 ? amountIn((await kept.textContent()) ?? "", 9) : 0n;
    expect(before + sum + cut).toBe(amountIn(left[0] ?? "", 9) + amountIn(fee[0] ?? "", 9));
    const gross = amountIn((await cellsOf(page, "Gross").locator("td").last().textContent()) ?? "", 6);
    expect(amountIn(left[1] ?? "", 6) + amountIn(fee[1] ?? "", 6)).toBe(gross);
  });

  await test.step("somebody else's payout, or none, is not found", async () => {
    await page.goto("/stake/rewards/00000000-0000-4000-8000-000000000000");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no page at this address");
  });

  await test.step("the file", async () => {
    await page.goto("/stake/rewards");
    const paid = await page.getByRole("listitem").filter({ hasText: "You get" }).count();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page
        .getByRole("link", { name: /^Payouts of 20\d\d$/ })
        .first()
        .click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^rewards-20\d\d\.csv$/);
    const [names = [], ...lines] = parseCsv(readFileSync(await download.path(), "utf8"));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(paid);
    for (const cells of lines) {
      expect(cells.length).toBe(names.length);
      const cell = (name: string) => cells[names.indexOf(name)] ?? "";
      expect(cell("UTC")).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(cell("Local date")).toMatch(/^20\d\d-\d\d-\d\d$/);
      const parts = [
        "Operator fee",
        "Federal tax withheld",
        "State tax withheld",
        "County or city tax withheld",
        "Net",
      ];
      for (const name of ["Gross", ...parts]) expect(cell(name), name).toMatch(/^\d+\.\d{6}$/);
      const micros = (name: string) => BigInt(cell(name).replace(".", ""));
      expect(parts.reduce((sum, name) => sum + micros(name), 0n)).toBe(micros("Gross"));
    }
  });
});
