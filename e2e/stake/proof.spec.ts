import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import type { InclusionDocument } from "@/lib/epochs/verify/inclusion";
import { inProject } from "@/lib/processes/running-bank";
import { bank } from "../fixtures/bank";
import { injectWallet } from "../wallet/inject-wallet";
import { expectNoViolations } from "./no-violations";
import { connect, nothingToConfirm } from "./resident";

async function ada(page: Page) {
  const { people, rpcUrl } = bank();
  const { walletKey } = people.find(({ slug }) => slug === "ada-whitcomb") as { walletKey: `0x${string}` };
  await injectWallet(page, { privateKey: walletKey, rpcUrl, chainId: 31_337 });
  await connect(page, "Test wallet", nothingToConfirm);
}

/** The command that the page names, on a file and a node. */
async function prove(file: string): Promise<{ code: number; said: string }> {
  const words = ["--import", "tsx", "lib/cli/main.ts", "epoch", "prove", file, "--rpc", bank().rpcUrl];
  const run = promisify(execFile);
  return run(process.execPath, words, { cwd: inProject() }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, said: stdout }),
  );
}

test("a resident's own browser proves that they are counted, and their file proves it without the bank", async ({
  page,
}, info) => {
  await ada(page);
  await page.goto("/stake/account");
  await page.getByRole("link", { name: "Check it yourself" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check that you are counted");
  await expectNoViolations(page);

  await test.step("step by step, with the keyboard alone", async () => {
    await page.getByRole("button", { name: "Check it yourself" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByText("Every line of yours is in what validators signed")).toBeVisible({
      timeout: 60_000,
    });
    await expect(page.getByRole("list", { name: "How your browser checks" })).toContainText(
      /made epoch \d+ final with the signatures of .+/,
    );
    const lines = page.getByRole("table", { name: "Your lines, each held against the chain" });
    const rows = await lines.locator("tbody tr").count();
    expect(rows).toBeGreaterThan(5);
    expect(await lines.getByText("Yes", { exact: true }).count()).toBe(rows);
    await expectNoViolations(page);
  });

  const file = info.outputPath("proof.json");
  await test.step("the file is checked with a node alone, and fails by one cent", async () => {
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save the proof as a file" }).click();
    await (await saved).saveAs(file);
    const good = await prove(file);
    expect(JSON.parse(good.said)).toMatchObject({ differ: 0, notFinal: 0 });
    expect(good.code).toBe(0);
    const document = JSON.parse(readFileSync(file, "utf8")) as InclusionDocument;
    const [first] = document.balances;
    if (!first) throw new Error("no balance");
    first.proof.micros = `${BigInt(first.proof.micros) + 10_000n}`;
    writeFileSync(file, JSON.stringify(document));
    const bad = await prove(file);
    expect([bad.code, JSON.parse(bad.said).differ]).toEqual([1, 1]);
  });

  const trouble = page.getByRole("region", { name: "Check it yourself" }).getByRole("alert");
  await test.step("a bank that shows one cent more is found out", async () => {
    await page.route("**/stake/proof/file", async (route) => {
      const answer = await route.fetch();
      const document = (await answer.json()) as InclusionDocument;
      const [first] = document.balances;
      if (first) first.proof.micros = `${BigInt(first.proof.micros) + 10_000n}`;
      await route.fulfill({ response: answer, json: document });
    });
    await page.getByRole("button", { name: "Check again" }).click();
    await expect(trouble).toContainText("1 line of yours is not in what validators signed");
    await expect(trouble).toContainText("Keep the proof as a file");
    await expectNoViolations(page);
    await page.unroute("**/stake/proof/file");
  });

  await test.step("a chain that does not answer is said as such", async () => {
    await page.route("**/api/rpc", (route) => route.abort());
    await page.getByRole("button", { name: "Check again" }).click();
    await expect(trouble).toContainText("Your money is safe");
    await expectNoViolations(page);
  });
});
