import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Hex, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooser, type Random } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { keptBytes } from "@/lib/epochs/build/read-batch";
import { sealEnvelope } from "@/lib/epochs/format/envelope";
import { operatorsBatchKey } from "@/lib/epochs/queries";
import type { AttestorStatus } from "@/lib/processes/attestor";
import type { Genesis } from "@/lib/processes/follower/genesis";
import type { Network } from "@/lib/processes/network";
import {
  epochFaults,
  epochHistory,
  type TestEpochs,
  testEpochSeconds,
  testEpochs,
} from "@/lib/processes/test-epochs";
import { type Machine, noNamespaces, openNetwork } from "@/lib/processes/test-namespaces";
import type { ValidatorFile } from "@/lib/processes/validator-config";
import { liveAttestors } from "@/lib/vendors/attestors/live";
import { bundleOne } from "@/tools/bundle.mjs";

/**
 * Five validators as on five machines: each a process of its own in a network namespace of its own, given two URLs and a
 * key. It takes minutes, so that `npm test` leaves it to bar V3.
 */
const isBar = Boolean(process.env.BAR_ROUNDS) && noNamespaces() === undefined;

const dollars = (n: number) => BigInt(n) * 1_000_000n;
const everybody = [1, 2, 3, 4, 5];
const outside = [2, 3, 4];
const hourMs = 3_600_000;
const port = 7_000;
const clock = fileURLToPath(new URL("../processes/test-clock.mjs", import.meta.url));
const failpoints = [
  ...["validator.judged", "validator.judgement-kept", "validator.committed", "validator.revealed"],
  ...["validator.signed", "validator.kept", "file.draft-written", "file.renamed"],
];

/** How the bank's own two doors treat one operator. */
interface Doors {
  delayMs: number;
  /** what it asks of the chain is answered, what it sends is not taken */
  takesNoVotes: boolean;
  batches: "served" | "down" | "refused" | "stalls";
}
const open: Doors = { delayMs: 0, takesNoVotes: false, batches: "served" };

let epochs: TestEpochs;
let network: ReturnType<typeof openNetwork>;
let bundled: { folder: string; file: string };
const servers: Server[] = [];
const machines = new Map<number, Machine>();
const doors = new Map<number, Doors>(everybody.map((id) => [id, { ...open }]));
const lives = new Map<number, ChildProcess>();
const words = new Map<number, string>();
/** every answer that a validator ever gave: what was signed once may be sent by anybody at any time */
const signed = new Map<string, { operatorId: number; number: bigint; digest: Hex }>();
let deaths = 0;
let urls: readonly string[] = [];

const machine = (id: number) => machines.get(id) as Machine;
const doorOf = (id: number) => doors.get(id) as Doors;
const clockFile = (id: number) => join(epochs.folder, `clock-${id}`);
const setClock = (id: number, offMs: number) => writeFileSync(clockFile(id), String(offMs));

const serve = async (host: string, handle: Parameters<typeof createServer>[1]) => {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
};
const bodyOf = async (request: AsyncIterable<Uint8Array>) => {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};
/** the operator's number is the first part of the path: its own door */
const callerOf = (url = "") => Number(url.split("/")[1]);

/** The chain, as each operator reaches it. */
const chainDoor = () =>
  serve(network.chainAddress, async (request, response) => {
    const id = callerOf(request.url);
    const body = await bodyOf(request);
    await wait(doorOf(id).delayMs);
    if (doorOf(id).takesNoVotes && body.includes("eth_sendRawTransaction")) return request.socket.destroy();
    const answer = await fetch(epochs.chain.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }).catch(() => undefined);
    if (!answer) return request.socket.destroy();
    response.writeHead(answer.status, { "content-type": "application/json" });
    return response.end(await answer.text());
  });

/** The bank's batches, by the same doors as app/api/epochs/batches. */
const batchDoor = () =>
  serve(network.bankAddress, async (request, response) => {
    const authorization = request.headers.authorization ?? null;
    try {
      const recipient = await operatorsBatchKey(authorization);
      const id = await operatorOf(request.socket.remoteAddress);
      const { batches, delayMs } = doorOf(id);
      await wait(delayMs);
      if (batches === "down") return request.socket.destroy();
      if (batches === "refused") return response.writeHead(503).end();
      const root = request.url?.split("/").at(-1) as Hex;
      const content = await keptBytes({ db: epochs.bank.app, folder: epochs.batches }, root);
      response.writeHead(200, { "content-type": "application/octet-stream" });
      // says that it begins, and says no more
      if (batches === "stalls") return response.flushHeaders();
      return await pipeline(Readable.from(sealEnvelope(content, { entriesRoot: root, recipient })), response);
    } catch {
      return response.headersSent ? request.socket.destroy() : response.writeHead(404).end();
    }
  });
const operatorOf = async (address: string | undefined) =>
  everybody.find((id) => machine(id).address === address?.replace("::ffff:", "")) ?? 0;

function start(id: number, failpoint?: string): void {
  const [program, args] = machine(id).inside(
    process.execPath,
    ...["--import", clock, bundled.file, "--config", join(epochs.folder, `operator-${id}.json`)],
  );
  const child = spawn(program, args, {
    env: {
      ...{ NODE_ENV: "production", PATH: process.env.PATH, TZ: "UTC", TEST_CLOCK: clockFile(id) },
      ...(failpoint && { GRANARY_FAILPOINT: failpoint }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (said: Buffer) => words.set(id, `${words.get(id) ?? ""}${said}`.slice(-2_000)));
  child.once("exit", () => {
    deaths += 1;
  });
  lives.set(id, child);
}
const isDead = (child: ChildProcess | undefined) =>
  !child || child.exitCode !== null || child.signalCode !== null;
async function kill(id: number): Promise<void> {
  const child = lives.get(id);
  if (!child || isDead(child)) return;
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
}
const startDead = () => {
  for (const id of everybody) if (isDead(lives.get(id))) start(id);
};

/** Asked from within its own machine, so that it answers whatever is cut. */
function status(id: number): AttestorStatus | undefined {
  const ask = `fetch("http://${machine(id).address}:${port}/status").then((r) => r.text()).then((t) => process.stdout.write(t))`;
  try {
    const [program, args] = machine(id).inside(process.execPath, "-e", ask);
    return JSON.parse(execFileSync(program, args, { encoding: "utf8", timeout: 10_000 })) as AttestorStatus;
  } catch {
    return undefined;
  }
}
async function saysTrouble(id: number, expected: RegExp): Promise<string> {
  let word: string | undefined;
  for (const end = Date.now() + 30_000; Date.now() < end; await wait(200)) {
    await epochs.chain.mine(1);
    word = status(id)?.trouble?.word;
    if (word && expected.test(word)) return "named";
  }
  return `operator ${id} says ${word} in place of ${expected}: ${words.get(id)?.slice(-400)}`;
}

const live = () => liveAttestors(urls);
async function collect(number: bigint): Promise<void> {
  for (const answer of await live().ask(number))
    if (answer.answer === "signed") {
      const { operatorId, digest } = answer;
      signed.set(`${operatorId} ${number} ${digest}`, { operatorId, number, digest });
    }
}

/** One epoch's time on validators that run by themselves; `meanwhile` happens at once, while they vote. */
async function attempt(meanwhile?: () => Promise<void>): Promise<boolean> {
  const { lastFinal } = await epochs.books();
  await epochs.pass(testEpochSeconds + 1);
  await epochs.propose();
  const happens = meanwhile?.();
  let isFinal = false;
  for (const seconds of [0, testEpochSeconds / 3 + 1, testEpochSeconds / 3 + 1]) {
    if (seconds > 0) await epochs.pass(seconds);
    for (const end = Date.now() + 7_000; Date.now() < end && !isFinal; await wait(150)) {
      await epochs.chain.mine(1);
      await collect(lastFinal + 1n);
      const { outcome } = await epochs.finalize(live());
      await epochs.rest();
      isFinal = outcome === "submitted" && (await epochs.books()).lastFinal > lastFinal;
    }
    if (isFinal) break;
  }
  await happens;
  await collect(lastFinal + 1n);
  return isFinal;
}

function heal(): void {
  for (const id of everybody) {
    machine(id).setCable(true);
    for (const to of [network.chainAddress, network.bankAddress]) machine(id).setMute(to, false);
    doors.set(id, { ...open });
    setClock(id, 0);
  }
  startDead();
}

/** Everything is whole again: at the latest the third epoch has all five, with nobody's help. */
async function heals(what: string): Promise<void> {
  heal();
  const reached: number[][] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    await epochs.payFee(dollars(1));
    // the own node is built up again from what is kept, and a silent one is asked again after five seconds
    for (const id of everybody)
      for (const end = Date.now() + 40_000; Date.now() < end; await wait(200)) {
        if (isDead(lives.get(id))) start(id);
        const now = status(id);
        if (
          now &&
          !now.trouble &&
          BigInt(now.recomputedTo) + 40n > (await epochs.chain.client.getBlockNumber())
        )
          break;
      }
    if (!(await attempt())) continue;
    const { final } = await epochHistory(epochs);
    reached.push(final.at(-1)?.signers ?? []);
    if (reached.at(-1)?.length === everybody.length) return;
  }
  const told = everybody.map(
    (id) => `${id}: ${JSON.stringify(status(id)?.trouble)} ${words.get(id)?.slice(-200)}`,
  );
  throw new Error(`${what}: not healed, signed by ${JSON.stringify(reached)}\n${told.join("\n")}`);
}

/** No two signatures of one operator for one number that could both count, and nobody holds another epoch for final. */
async function forks(): Promise<string[]> {
  const { proposed, final } = await epochHistory(epochs);
  const faults = await epochFaults(epochs);
  for (const { operatorId, number, digest } of signed.values())
    if (!proposed.some((one) => one.number === number && one.digest === digest))
      faults.push(`operator ${operatorId} signed ${digest} for ${number}, which was never proposed`);
  for (const id of everybody) {
    let now = status(id);
    for (const end = Date.now() + 20_000; Date.now() < end; await wait(200)) {
      if (BigInt(now?.lastFinalEpoch ?? -1) === BigInt(final.length)) break;
      await epochs.chain.mine(1);
      now = status(id);
    }
    const own = now?.lastSigned;
    const there = final.find((one) => one.number.toString() === own?.number);
    if (BigInt(now?.lastFinalEpoch ?? -1) !== BigInt(final.length))
      faults.push(`operator ${id} holds ${now?.lastFinalEpoch} for the last final epoch, of ${final.length}`);
    if (own && there && there.digest !== own.digest)
      faults.push(`operator ${id} signed another ${own.number}`);
  }
  return faults;
}

beforeAll(async () => {
  if (!isBar) return;
  [epochs, bundled] = await Promise.all([testEpochs(), bundleOne("lib/processes/validator.ts")]);
  network = openNetwork();
  for (const id of everybody) machines.set(id, network.join(id));
  const [chainPort, bankPort] = [await chainDoor(), await batchDoor()];
  const { chain, folder } = epochs;
  const first = (await chain.rpc("eth_getBlockByNumber", ["0x0", false])) as Genesis;
  const addresses = (await chain.rpc("eth_accounts")) as Hex[];
  const facts: Network = {
    deployment: chain.deployment,
    genesis: {
      timestamp: first.timestamp,
      gasLimit: first.gasLimit,
      baseFeePerGas: first.baseFeePerGas,
      alloc: Object.fromEntries(addresses.map((address) => [address, toHex(10_000n * 10n ** 18n)])),
    },
  };
  writeFileSync(join(folder, "network.json"), JSON.stringify(facts));
  for (const id of everybody) {
    const file: ValidatorFile = {
      mode: "demo",
      operatorId: id,
      chain: `http://${network.chainAddress}:${chainPort}/${id}`,
      bank: `http://${network.bankAddress}:${bankPort}`,
      key: chain.key(11 + id),
      folder: `validator-${id}`,
      port,
      host: machine(id).address,
      network: "network.json",
    };
    mkdirSync(join(folder, `validator-${id}`));
    writeFileSync(join(folder, `operator-${id}.json`), JSON.stringify(file));
    setClock(id, 0);
  }
  urls = everybody.map((id) => `http://${machine(id).address}:${port}`);
  for (const id of everybody) await epochs.stake(id, dollars(1_000));
  startDead();
}, 300_000);
afterAll(async () => {
  for (const id of lives.keys()) await kill(id);
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  network?.close();
  await epochs?.close();
  if (bundled) rmSync(bundled.folder, { recursive: true, force: true });
}, 60_000);

/** Something goes wrong for an operator, at once or in a moment; undone by heal(). */
const troubles: Record<string, (id: number, random: Random) => Promise<void> | void> = {
  "killed and started": async (id) => {
    await kill(id);
    start(id);
  },
  "dies at a failpoint": async (id, random) => {
    await kill(id);
    start(id, random.pick(failpoints));
    await wait(6_000);
    if (isDead(lives.get(id))) start(id);
  },
  "cable out": (id) => machine(id).setCable(false),
  "hears the chain and cannot answer": (id) => machine(id).setMute(network.chainAddress, true),
  "reaches the chain and not the bank": (id) => machine(id).setMute(network.bankAddress, true),
  "its votes are not taken": (id) => {
    doorOf(id).takesNoVotes = true;
  },
  "a slow line": (id, random) => {
    doorOf(id).delayMs = 100 + random.below(900);
  },
  "batch server down": (id) => {
    doorOf(id).batches = "down";
  },
  "batch server answers 503": (id) => {
    doorOf(id).batches = "refused";
  },
  "clock off": (id, random) => setClock(id, random.pick([-24, -2, 2, 24]) * hourMs),
  "killed and left": (id) => kill(id),
};

describe.runIf(isBar)("validators on machines of their own", () => {
  it("all sign, each with two URLs and a key", { timeout: patience(60_000) }, async () => {
    await heals("the beginning");
  });

  it("sign with clocks a day or two hours off, and when they jump", {
    timeout: patience(60_000),
  }, async () => {
    const off = [-24, -2, 2, 24, 24];
    for (const [i, id] of everybody.entries()) setClock(id, (off[i] as number) * hourMs);
    await epochs.payFee(dollars(1));
    const jumping = async () => {
      for (const id of everybody) {
        await wait(300);
        setClock(id, -(off[id - 1] as number) * hourMs);
      }
    };
    expect(await attempt(jumping)).toBe(true);
    expect((await epochHistory(epochs)).final.at(-1)?.signers).toEqual(everybody);
    for (const id of everybody) setClock(id, 0);
  });

  it("a third cut off holds up nothing, more stops payment; each names what it lacks", {
    timeout: patience(200_000),
  }, async () => {
    machine(3).setCable(false);
    await epochs.payFee(dollars(1));
    expect((await attempt()) || (await attempt())).toBe(true);
    expect(await saysTrouble(3, /^node_silent$/)).toBe("named");
    await epochs.payFee(dollars(3));
    const before = await epochs.books();
    machine(4).setMute(network.chainAddress, true);
    expect([await attempt(), await attempt()]).toEqual([false, false]);
    expect(await saysTrouble(4, /^node_silent$/)).toBe("named");
    expect(await epochs.books()).toEqual(before);
    await heals("two of three outside were cut off");
  });

  it("wait by name for a batch server that is cut off, down or dumb, and for a chain that takes no vote", {
    timeout: patience(200_000),
  }, async () => {
    machine(2).setMute(network.bankAddress, true);
    doorOf(3).batches = "down";
    doorOf(4).batches = "refused";
    doorOf(5).takesNoVotes = true;
    await epochs.payFee(dollars(1));
    const before = await epochs.books();
    // it has something to send only while commits are open
    const sends = async () => expect(await saysTrouble(5, /^node_silent$/)).toBe("named");
    expect(await attempt(sends)).toBe(false);
    for (const id of [2, 3, 4]) expect(await saysTrouble(id, /^batch_unavailable$/)).toBe("named");
    expect(await epochs.books()).toEqual(before);
    await heals("no batch, no votes");
  });

  it("kills, cuts, slow lines and lying clocks at random moments: no fork, no double pay, healed by itself", {
    timeout: patience(600_000),
  }, async () => {
    const random = chooser(barSeed());
    const kinds = Object.keys(troubles);
    for (let n = 0; n < rounds(2); n++) {
      const chosen = Array.from({ length: 1 + random.below(3) }, (_, i) => ({
        kind: i === 0 ? (kinds[n % kinds.length] as string) : random.pick(kinds),
        id: random.pick(random.chance(0.7) ? outside : everybody),
        afterMs: random.chance(0.3) ? 0 : random.below(3_000),
      }));
      await epochs.payFee(dollars(1));
      await attempt(async () => {
        await Promise.all(
          chosen.map(async ({ kind, id, afterMs }) => {
            await wait(afterMs);
            await troubles[kind]?.(id, random);
          }),
        );
      });
      await heals(`round ${n}: ${chosen.map(({ kind, id }) => `${id} ${kind}`)}`);
      expect(await forks(), `round ${n}: ${JSON.stringify(chosen)}`).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(0);
  });
});
