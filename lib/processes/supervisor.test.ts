import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { homeAt, writeDurably } from "@/lib/processes/home";
import { releaseLock, takeLock } from "@/lib/processes/lock";
import { isAlive, processRef } from "@/lib/processes/os-process";
import { choosePorts, HeldPorts, isFree, type Ports } from "@/lib/processes/ports";
import { type ProcessSpec, Supervised } from "@/lib/processes/supervisor";

const folder = mkdtempSync(join(tmpdir(), "granary-supervisor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = (name: string, code: string): ProcessSpec => ({
  name,
  command: process.execPath,
  args: ["-e", code],
  env: { PATH: process.env.PATH ?? "" },
  cwd: folder,
  logPath: join(folder, `${name}.log`),
});

describe("supervisor", () => {
  it("starts a killed process again and says so", async () => {
    const said: string[] = [];
    const steady = new Supervised(spec("steady", "setInterval(() => {}, 1000)"), (line) => said.push(line));
    await steady.start();
    const first = steady.ref?.pid ?? 0;
    process.kill(first, "SIGKILL");
    for (const until = Date.now() + 10_000; steady.restarts === 0 && Date.now() < until; await wait(20));
    expect(steady.ref?.pid).not.toBe(first);
    expect(said).toEqual(["steady was ended by SIGKILL; it starts again.", "steady runs again."]);
    expect(await steady.stop()).toBe(true);
    expect(isAlive(processRef(first))).toBe(false);
  });

  it("insists when a process will not stop", async () => {
    const stubborn = new Supervised(
      spec("stubborn", "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"),
      () => {},
    );
    await stubborn.start();
    const log = join(folder, "stubborn.log");
    for (
      const until = Date.now() + 5_000;
      !readFileSync(log, "utf8").includes("up") && Date.now() < until;
      await wait(20)
    );
    expect(await stubborn.stop(200)).toBe(false);
    expect(stubborn.ref && isAlive(stubborn.ref)).toBe(false);
  });

  it("explains a process that ends at once by what it said", async () => {
    const broken = new Supervised(
      {
        ...spec("broken", "console.error('FIELD_KEY is not set: it must hold a key.'); process.exit(3)"),
        livezUrl: "http://127.0.0.1:1/livez",
      },
      () => {},
    );
    await expect(broken.start()).rejects.toThrow(/broken ended at once: FIELD_KEY is not set/);
  });

  it("is not fooled by another program that answers on the port", async () => {
    const { createServer: http } = await import("node:http");
    const other = http((_, response) => response.end("ok")).listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const port = (other.address() as { port: number }).port;
    const late = new Supervised(
      {
        ...spec("late", `setTimeout(() => require("net").createServer().listen(${port}, "127.0.0.1"), 150)`),
        livezUrl: `http://127.0.0.1:${port}/livez`,
      },
      () => {},
    );
    await expect(late.start(3_000)).rejects.toThrow(/late ended at once/);
    other.close();
  });

  it("stops at once even while it waits to start something again", async () => {
    const failing = new Supervised(spec("failing", "setTimeout(() => process.exit(1), 50)"), () => {});
    await failing.start();
    await wait(2_500);
    const since = Date.now();
    await failing.stop();
    expect(Date.now() - since).toBeLessThan(1_500);
  });

  it("gives a process nothing but its own environment", async () => {
    process.env.SECRET_OF_THE_LAUNCHER = "x";
    const bare = new Supervised(
      spec("bare", "console.log(Object.keys(process.env).join()); setInterval(() => {}, 1000)"),
      () => {},
    );
    await bare.start();
    const log = join(folder, "bare.log");
    for (
      const until = Date.now() + 5_000;
      !readFileSync(log, "utf8").includes("PATH") && Date.now() < until;
      await wait(20)
    );
    expect(readFileSync(log, "utf8")).not.toContain("SECRET_OF_THE_LAUNCHER");
    await bare.stop();
  });
});

describe("lock", () => {
  const path = join(folder, "lock");

  it("refuses a second start while the first lives", () => {
    writeFileSync(path, JSON.stringify(processRef(process.ppid)));
    expect(() => takeLock(path)).toThrow(/already runs from this folder \(process \d+\)/);
    rmSync(path);
  });

  it("takes over a lock whose process has gone, or whose number was given to another", () => {
    writeFileSync(path, JSON.stringify({ pid: 4_194_300, startedAt: "1" }));
    expect(takeLock(path)).toBe("stale");
    releaseLock(path);
    writeFileSync(path, JSON.stringify({ pid: process.ppid, startedAt: "1" }));
    expect(takeLock(path)).toBe(process.platform === "linux" ? "stale" : "new");
    releaseLock(path);
    expect(takeLock(path)).toBe("new");
    releaseLock(path);
  });

  it("takes over a lock that was cut short", () => {
    writeFileSync(path, '{"pi');
    expect(takeLock(path)).toBe("stale");
    releaseLock(path);
  });
});

describe("ports", () => {
  it("holds what was chosen until our own process takes it", async () => {
    const ports: Ports = await choosePorts({}, { app: 0 });
    const held = new HeldPorts();
    ports.app = ports.chain + 1;
    expect(await held.hold(ports)).toBe(true);
    expect(await isFree(ports.chain)).toBe(false);
    expect(await new HeldPorts().hold(ports)).toBe(false);
    await held.release(ports.chain);
    expect(await isFree(ports.chain)).toBe(true);
    for (const port of Object.values(ports)) await held.release(port);
  });

  it("keeps last time's port, and leaves a taken one alone", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const taken = (other.address() as { port: number }).port;
    expect(await isFree(taken)).toBe(false);
    const chosen = await choosePorts({ chain: taken });
    expect(chosen.chain).not.toBe(taken);
    expect(new Set(Object.values(chosen)).size).toBe(Object.values(chosen).length);
    const again = await choosePorts(chosen);
    expect(again).toEqual(chosen);
    other.close();
  });
});

describe("home", () => {
  it("writes a file whole and names folders under one roof", () => {
    const home = homeAt(folder, "house");
    writeDurably(home.secrets, "one", 0o600);
    writeDurably(home.secrets, "two", 0o600);
    expect(readFileSync(home.secrets, "utf8")).toBe("two");
    expect(home.chainSaved).toBe(join(folder, "house", "chain", "saved.json"));
  });
});
