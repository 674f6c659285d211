import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bar, BarResult } from "@/lib/bars/bar";

/** `npm run bar -- <ID|all> [--seed N] [--deep]`: one line a bar, value beside limit; exit 0 when all pass. */
const folder = fileURLToPath(new URL(".", import.meta.url));
/** a15.ts or a1-money-conserved.ts; what several bars share has no number */
const isBar = /^[a-z]\d+(-[a-z0-9-]+)?\.ts$/;

export const barFiles = (): string[] =>
  readdirSync(folder)
    .filter((file) => isBar.test(file))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

export function parseBarArguments(argv: readonly string[]): {
  ids: string[];
  seed: number | undefined;
  deep: boolean;
} {
  const ids: string[] = [];
  let seed: number | undefined;
  let deep = false;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--deep") deep = true;
    else if (word === "--seed") {
      at += 1;
      seed = Number(argv[at]);
      if (!Number.isSafeInteger(seed) || seed < 0) throw new Error("--seed takes a whole number from 0.");
    } else if (word.startsWith("--")) throw new Error(`"${word}" is not an option: use --seed N and --deep.`);
    else ids.push(word);
  }
  if (ids.length === 0) throw new Error(`Name a bar, or all: ${barFiles().join(", ")}.`);
  return { ids, seed, deep };
}

/** The file of a bar: a15 is in a15-no-rounding-leak.ts. */
export function fileOf(id: string, known: readonly string[]): string {
  const name = known.find((file) => file === id.toLowerCase() || file.split("-")[0] === id.toLowerCase());
  if (!name)
    throw new Error(
      `There is no bar ${id}: use ${known.map((file) => file.split("-")[0]?.toUpperCase()).join(", ")}, or all.`,
    );
  return name;
}

const text = (value: string | number) => String(value).replaceAll(/\s+/g, "_");

export const barLine = (id: string, result: BarResult, seed: number): string =>
  `BAR ${id} value=${text(result.value)} limit=${text(result.limit)} seed=${seed} ${result.skipped ? `SKIP (${result.skipped})` : result.pass ? "PASS" : "FAIL"}`;

async function runBar(name: string, seed: number, deep: boolean): Promise<"passed" | "failed" | "skipped"> {
  const { bar } = (await import(`${folder}${name}.ts`)) as { bar: Bar };
  let result: BarResult;
  try {
    result = await bar.run({ seed, deep });
  } catch (error) {
    result = {
      value: "none",
      limit: "none",
      pass: false,
      notes: [`${bar.id}: ${(error as Error).stack ?? error}`],
    };
  }
  for (const note of result.notes ?? []) console.log(`  ${note}`);
  console.log(barLine(bar.id, result, seed));
  return result.skipped ? "skipped" : result.pass ? "passed" : "failed";
}

async function main(): Promise<number> {
  const { ids, seed = randomInt(1, 2 ** 31), deep } = parseBarArguments(process.argv.slice(2));
  const known = barFiles();
  const wanted = ids.includes("all") ? known : ids.map((id) => fileOf(id, known));
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const name of wanted) count[await runBar(name, seed, deep)] += 1;
  if (wanted.length > 1)
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exit(await main());
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
