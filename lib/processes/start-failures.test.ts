import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processRef } from "@/lib/processes/os-process";
import { inProject } from "@/lib/processes/running-bank";
import { bundle } from "@/tools/bundle.mjs";
import { checkNode, installFailure, parseFlags } from "@/tools/start.mjs";

const folder = mkdtempSync(join(tmpdir(), "granary-start-"));
let compiled: string;
let taken: Server;
let takenPort: number;

beforeAll(async () => {
  compiled = (await bundle()).folder;
  taken = createServer((socket) => socket.end("this is not a chain\n"));
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  takenPort = (taken.address() as { port: number }).port;
});
afterAll(() => {
  taken?.close();
  rmSync(folder, { recursive: true, force: true });
});

const fresh = (name: string) => {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  return home;
};

type Ended = { code: number | null; said: string; reason: string };

function ended(command: string, args: string[], options: Parameters<typeof spawn>[2]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    child.once("close", (code) =>
      resolve({ code, said, reason: /did not start\. (.*)/.exec(said)?.[1] ?? "" }),
    );
  });
}

/** The launcher as `npm start` runs it once packages, app and bundle are there. */
const start = (home: string, env: Record<string, string> = {}, ids: { uid?: number; gid?: number } = {}) => {
  const launcher = pathToFileURL(join(compiled, "lib", "processes", "launcher.mjs")).href;
  const options = { root: inProject(), bundle: compiled, startedAt: Date.now(), fresh: false, dev: false };
  const { DATABASE_URL: _d, CHAIN_RPC_URL: _c, PORT: _p, GRANARY_STATE: _s, ...own } = process.env;
  return ended(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { launch } = await import(${JSON.stringify(launcher)}); await launch(${JSON.stringify(options)});`,
    ],
    {
      cwd: inProject(),
      env: { ...own, NO_COLOR: "1", NODE_ENV: "production", GRANARY_HOME: home, ...env },
      ...ids,
    },
  );
};

const kept = (home: string, change: object = {}) => {
  const installation = {
    state: "MD",
    mode: "demo",
    outsideDatabase: false,
    outsideChain: false,
    seeded: true,
  };
  writeFileSync(join(home, "installation.json"), JSON.stringify({ ...installation, ...change }));
};

describe("a start that cannot be", () => {
  const cases: [string, (home: string) => Promise<Ended>, RegExp][] = [
    [
      "on a port that another program has",
      (home) => start(home, { PORT: String(takenPort) }),
      /^Port \d+ is taken by another program: choose another PORT, or leave it out\.$/,
    ],
    ["on a port that is none", (home) => start(home, { PORT: "http" }), /^PORT=http is not a port: /],
    [
      "for a state that is none",
      (home) => start(home, { GRANARY_STATE: "ZZ" }),
      /^GRANARY_STATE=ZZ is not a state: /,
    ],
    [
      "in production, where each process has its own environment",
      (home) => start(home, { GRANARY_MODE: "production" }),
      /^npm start opens a demo bank .* README says under Production\.$/,
    ],
    [
      "in a folder where a bank runs already",
      (home) => {
        writeFileSync(join(home, "lock"), JSON.stringify(processRef(process.pid)));
        return start(home);
      },
      /^It already runs from this folder \(process \d+\): stop that one with Ctrl-C/,
    ],
    [
      "with the data of another state's bank",
      (home) => {
        kept(home);
        return start(home, { GRANARY_STATE: "TX" });
      },
      /belong to a bank of MD: keep GRANARY_STATE=MD/,
    ],
    [
      "with contracts that are not this build's",
      (home) => {
        kept(home);
        writeFileSync(join(home, "deployment.json"), JSON.stringify({ bytecodeHash: "0x00" }));
        return start(home);
      },
      /^The contracts of this build differ .* npm start -- --fresh/,
    ],
    [
      "on a database that is not there",
      (home) => start(home, { DATABASE_URL: "postgres://bank@127.0.0.1:1/bank" }),
      /database|Postgres/,
    ],
    [
      "on a database address that is none",
      (home) => start(home, { DATABASE_URL: "not an address" }),
      /DATABASE_URL|database/,
    ],
    [
      "on a chain that is not there",
      (home) => start(home, { CHAIN_RPC_URL: "http://127.0.0.1:1" }),
      /^The chain at http:\/\/127\.0\.0\.1:1 does not answer: check CHAIN_RPC_URL/,
    ],
    [
      "on a chain address where something else answers",
      (home) => start(home, { CHAIN_RPC_URL: `http://127.0.0.1:${takenPort}` }),
      /^The chain at http:\/\/127\.0\.0\.1:\d+ does not answer: check CHAIN_RPC_URL/,
    ],
  ];

  it.concurrent.each(cases)("says why in one sentence: %s", async (name, attempt, sentence) => {
    const home = fresh(name.replaceAll(" ", "-").slice(0, 40));
    const result = await attempt(home);
    expect(result.reason, result.said).toMatch(sentence);
    expect(result.said, "no stack, no surprise").not.toMatch(/Unexpected|\n\s+at /);
    expect(result.code).toBe(1);
  });

  it.skipIf(!nobodyCanRun())("says why in one sentence: in a folder of somebody else", async () => {
    const home = fresh("root-only");
    const { reason, code } = await start(join(home, "inside"), {}, { uid: 65_534, gid: 65_534 });
    expect(reason).toMatch(/belongs to another user or cannot be written: remove it, or set GRANARY_HOME/);
    expect(code).toBe(1);
  });

  it.skipIf(!mountable())("says why in one sentence: on a full disk", async () => {
    const home = fresh("small-disk");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", home]);
    try {
      const { reason, code } = await start(home);
      expect(reason).toMatch(/^There is too little room on the disk: \d+ MB free, 300 MB needed/);
      expect(code).toBe(1);
    } finally {
      execFileSync("umount", [home]);
    }
  });

  it("takes over a lock whose process has gone", async () => {
    const home = fresh("stale-lock");
    writeFileSync(join(home, "lock"), JSON.stringify({ pid: 2 ** 22 - 1, startedAt: "1" }));
    const { reason } = await start(home, { PORT: String(takenPort) });
    expect(reason).toMatch(/^Port/);
  });

  it("leaves nothing behind that stops the next one", async () => {
    const home = fresh("twice");
    const first = await start(home, { PORT: String(takenPort) });
    const second = await start(home, { PORT: String(takenPort) });
    expect(second.reason).toBe(first.reason);
  });
});

describe("before anything is installed", () => {
  it.each(["18.20.8", "16.0.0", "20.8.1"])("Node %s is refused by name", (version) => {
    expect(() => checkNode(version)).toThrow(`Node ${version} is too old: install Node 20.9 or newer`);
  });

  it.each(["20.9.0", "22.1.0", "24.0.0"])("Node %s is taken", (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  it("a flag that is none is named", () => {
    expect(() => parseFlags(["--frsh"])).toThrow('"--frsh" is not a flag of this command');
  });

  it.each([
    ["npm error code ENOSPC", /disk is full/],
    ["npm error code EACCES", /may not write into this folder/],
    ["npm error code EUSAGE", /npm run lock:fix/],
    ["npm error code EBADENGINE", /install Node 22 or 24/],
    ["npm error getaddrinfo ENOTFOUND registry.npmjs.org", /could not reach its registry/],
    ["npm error something new", /its last lines are below/],
  ])("npm's %s becomes a sentence", (line, sentence) => {
    expect(installFailure([line])).toMatch(sentence);
  });

  it("a network that is away is said so, by the real npm", async () => {
    const clone = fresh("no-network");
    for (const name of ["package.json", "package-lock.json", "tools"])
      cpSync(inProject(name), join(clone, name), { recursive: true });
    const result = await ended(process.execPath, ["tools/start.mjs"], {
      cwd: clone,
      env: {
        NODE_ENV: "production",
        PATH: process.env.PATH,
        HOME: fresh("no-network-home"),
        NO_COLOR: "1",
        npm_config_registry: "http://127.0.0.1:1",
        npm_config_fetch_retries: "0",
        npm_config_cache: fresh("no-network-cache"),
      },
    });
    expect(result.reason, result.said).toMatch(/^npm could not reach its registry: /);
    expect(result.code).toBe(1);
  });
});

function nobodyCanRun(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync(process.execPath, ["-e", `fs.readdirSync(${JSON.stringify(inProject("lib"))})`], {
      stdio: "ignore",
      uid: 65_534,
      gid: 65_534,
    });
    return true;
  } catch {
    return false;
  }
}

function mountable(): boolean {
  const at = join(folder, "mountable");
  mkdirSync(at);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at], { stdio: "ignore" });
    execFileSync("umount", [at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
