// `npm test`: installs what is missing, then types, lint, generated files, contracts, unit and database, browser.
// `npm run check` is the fast part of it. One closing line sums everything.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser } from "./browser.mjs";
import { colour, explain, Stop, say, step } from "./progress.mjs";
import { build, checkNode, hydratePostgres, install, run } from "./start.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => path.join(root, ...parts);
const bin = (...parts) => inRoot("node_modules", ...parts);
const flags = new Set(process.argv.slice(2));
const fast = flags.has("--fast");
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

const words = ({ passed, failed, skipped }) =>
  [
    `${passed} passed`,
    ...(failed ? [`${failed} failed`] : []),
    ...(skipped ? [`${skipped} skipped`] : []),
  ].join(", ");

/** One part of the run: its counts are added, its own words are printed only when something failed. */
async function part(label, note, work) {
  try {
    await step(label, note, async (controls) => {
      const result = await work(controls);
      for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
      controls.note(
        `${words({ passed: 0, failed: 0, skipped: 0, ...result })}${result.note ? `, ${result.note}` : ""}`,
      );
      if (result.failed > 0) {
        failures.push({ label, lines: result.lines ?? [] });
        throw new Failed();
      }
    });
  } catch (error) {
    if (error instanceof Failed) return;
    total.failed += 1;
    failures.push({
      label,
      lines: [error.message, ...(error.more ?? []), ...(error.tail ?? []).slice(-120)],
    });
  }
}
class Failed extends Error {}

/** A check that either holds or does not: counts as one. */
const check = (label, note, command, args, options) =>
  part(label, note, async () => {
    await run(command, args, options);
    return { passed: 1 };
  });

const node = process.execPath;

async function types() {
  await part("types", "TypeScript, app and tools", async () => {
    await run(node, [bin("next", "dist", "bin", "next"), "typegen"], {
      env: { NEXT_TELEMETRY_DISABLED: "1" },
    }).catch(() => {});
    const tsc = bin("typescript", "bin", "tsc");
    const lines = [];
    for (const project of [[], ["-p", "tsconfig.tools.json"]]) {
      await run(node, [tsc, "--noEmit", ...project]).catch((error) =>
        lines.push(...(error.tail ?? [error.message])),
      );
    }
    return { passed: lines.length ? 0 : 1, failed: lines.length ? 1 : 0, lines: lines.slice(0, 60) };
  });
}

/** Every package of package.json is in the lock, and every optional platform package too: `npm ci` takes it. */
function lock() {
  return part("lock", "package-lock.json is whole", async () => {
    const { packages } = JSON.parse(fs.readFileSync(inRoot("package-lock.json"), "utf8"));
    const manifest = JSON.parse(fs.readFileSync(inRoot("package.json"), "utf8"));
    const lines = [];
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
      for (const [name, wanted] of Object.entries(manifest[kind] ?? {})) {
        if (packages[""]?.[kind]?.[name] !== wanted)
          lines.push(`${name} ${wanted} is not what the lock was made for`);
        if (!packages[`node_modules/${name}`]) lines.push(`${name} is not in the lock`);
      }
    }
    for (const [from, entry] of Object.entries(packages)) {
      for (const [name, wanted] of Object.entries(entry.optionalDependencies ?? {})) {
        if (!/^\d/.test(wanted)) continue;
        const nested = from ? `${from}/node_modules/${name}` : "";
        if (!packages[`node_modules/${name}`] && !packages[nested])
          lines.push(`${name} (optional) is not in the lock: npm run lock:fix`);
      }
    }
    return { passed: lines.length ? 0 : 1, failed: lines.length ? 1 : 0, lines };
  });
}

async function contracts() {
  const forgeProject = fs.existsSync(inRoot("contracts", "foundry.toml"));
  if (!forgeProject) return;
  await check("artifacts", "ABI and bytecode are what the contracts compile to", node, [
    inRoot("tools", "forge.mjs"),
    "build",
  ]);
  await check("drift", "committed ABI equals the compiled one", node, [
    inRoot("tools", "abi.mjs"),
    "--check",
  ]);
  await check("layout", "an upgrade would find its storage where it lies", node, [
    inRoot("tools", "layout.mjs"),
  ]);
  await part("contracts", "forge: unit, fuzz, invariants", async ({ detail }) => {
    let count = 0;
    const output = path.join(os.tmpdir(), `granary-forge-${process.pid}.json`);
    const tail = await run("sh", ["-c", `"$0" tools/forge.mjs test --json > "$1"`, node, output], {
      onLine: () => detail(`${++count}`),
    }).catch((error) => error.tail ?? []);
    const result = readForge(output);
    fs.rmSync(output, { force: true });
    if (!result) return { failed: 1, lines: tail.slice(-30) };
    return result;
  });
}

/** forge's JSON: suites by name, tests by signature, each with its status. */
function readForge(file) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  let suites;
  try {
    suites = JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
  const result = { passed: 0, failed: 0, skipped: 0, lines: [] };
  for (const [suite, { test_results: tests = {} }] of Object.entries(suites)) {
    for (const [name, test] of Object.entries(tests)) {
      if (test.status === "Success") result.passed += 1;
      else if (test.status === "Skipped") result.skipped += 1;
      else {
        result.failed += 1;
        result.lines.push(`${suite} ${name}: ${test.reason ?? "failed"}`);
      }
    }
  }
  return result;
}

async function unit() {
  await part("unit", "rules, commands and database", async ({ detail }) => {
    const output = path.join(os.tmpdir(), `granary-vitest-${process.pid}.json`);
    let files = 0;
    const args = [
      bin("vitest", "vitest.mjs"),
      "run",
      "--reporter=json",
      `--outputFile=${output}`,
      "--reporter=default",
    ];
    const tail = await run(node, args, {
      env: { NO_COLOR: "1" },
      onLine: (text) => {
        if (/^[✓❯×↓] \S+\.test\.tsx?/.test(text)) detail(`${++files} files`);
      },
    }).catch((error) => error.tail ?? [error.message]);
    if (!fs.existsSync(output)) return { failed: 1, lines: tail.slice(-40) };
    const report = JSON.parse(fs.readFileSync(output, "utf8"));
    fs.rmSync(output, { force: true });
    const lines = [];
    let broken = 0;
    for (const suite of report.testResults) {
      const name = path.relative(root, suite.name);
      if (suite.status === "failed" && !suite.assertionResults.some(({ status }) => status === "failed")) {
        broken += 1;
        lines.push(`${name}: ${suite.message?.split("\n")[0] ?? "did not run"}`);
      }
      for (const test of suite.assertionResults) {
        if (test.status === "failed")
          lines.push(
            `${name}: ${test.fullName}`,
            ...(test.failureMessages ?? []).map(
              (text) => `    ${text.split("\n").slice(0, 6).join("\n    ")}`,
            ),
          );
      }
    }
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken,
      skipped: report.numPendingTests + (report.numTodoTests ?? 0),
      note: `${report.testResults.length} files`,
      lines,
    };
  });
}

async function browser() {
  const specs =
    fs.existsSync(inRoot("e2e")) &&
    fs.readdirSync(inRoot("e2e"), { recursive: true }).some((name) => String(name).endsWith(".spec.ts"));
  if (!specs) return;
  await build();
  await part("browser", "a whole bank, real signing, phone and desktop", async ({ detail }) => {
    const { source } = await findBrowser();
    const output = path.join(os.tmpdir(), `granary-playwright-${process.pid}.json`);
    const tail = await run(node, [bin("@playwright", "test", "cli.js"), "test"], {
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: output, NO_COLOR: "1", FORCE_COLOR: "0" },
      onLine: (text) => {
        const at = /\[(\d+\/\d+)\]/.exec(text)?.[1];
        if (at) detail(at);
      },
    }).catch((error) => error.tail ?? [error.message]);
    if (!fs.existsSync(output)) return { failed: 1, lines: tail.slice(-40) };
    const report = JSON.parse(fs.readFileSync(output, "utf8"));
    fs.rmSync(output, { force: true });
    const lines = (report.errors ?? []).map(({ message }) => message ?? "");
    const visit = (suite) => {
      for (const spec of suite.specs ?? []) {
        for (const test of spec.tests) {
          if (test.status === "unexpected")
            lines.push(
              `${spec.file} [${test.projectName}] ${spec.title}`,
              ...test.results.flatMap(({ errors }) =>
                errors.map(({ message }) => `    ${plain(message).split("\n").slice(0, 12).join("\n    ")}`),
              ),
            );
        }
      }
      for (const inner of suite.suites ?? []) visit(inner);
    };
    for (const suite of report.suites) visit(suite);
    const { expected, unexpected, skipped, flaky } = report.stats;
    const failed = unexpected + (report.errors?.length && !unexpected ? 1 : 0);
    return { passed: expected + flaky, failed, skipped, note: `browser from ${source}`, lines };
  });
}

const colourCode = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const plain = (text = "") => text.replaceAll(colourCode, "");

async function main() {
  const since = Date.now();
  for (const flag of flags)
    if (flag !== "--fast") throw new Stop(`"${flag}" is not a flag of this command; it knows --fast.`);
  checkNode();
  process.chdir(root);
  say(
    `\n  ${colour.bold("Granary")}  ${colour.dim(fast ? "types, lint, unit and database" : "everything that is tested")}\n`,
  );
  await install();
  await hydratePostgres();
  await types();
  await check("lint", "style, and who may import whom", node, [
    bin("@biomejs", "biome", "bin", "biome"),
    "ci",
    "--error-on-warnings",
    "--colors=off",
    "--max-diagnostics=80",
    ".",
  ]);
  await lock();
  if (!fast) await contracts();
  await unit();
  if (!fast) await browser();
  for (const { label, lines } of failures) {
    say(`\n  ${colour.red(label)}`);
    for (const line of lines) say(`    ${line.replaceAll("\n", "\n    ")}`);
  }
  const minutes = ((Date.now() - since) / 60_000).toFixed(1);
  say(`\n  ${colour.dim(`${minutes} minutes`)}`);
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed > 0 ? 1 : 0);
}

main().catch((error) => {
  explain(error);
  say(`${total.passed} passed, ${total.failed + 1} failed, ${total.skipped} skipped`);
  process.exit(1);
});
