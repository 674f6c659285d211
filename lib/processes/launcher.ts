import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { startBackups } from "@/lib/backups/keep";
import { readDeployment } from "@/lib/chain/addresses";
import { ChainKeeper, type ChainPlace, chainProcess, genesisOf } from "@/lib/processes/chain";
import { bytecodeHash } from "@/lib/processes/contracts";
import { databaseFailure } from "@/lib/processes/database-failure";
import { endScreen } from "@/lib/processes/end-screen";
import { type Home, homeAt, readJson, writeJson } from "@/lib/processes/home";
import {
  checkKept,
  clear,
  endLeftovers,
  hasData,
  type Installation,
  type Runtime,
  type Wanted,
} from "@/lib/processes/installation";
import { releaseLock, takeLock } from "@/lib/processes/lock";
import type { Network } from "@/lib/processes/network";
import type { ProcessRef } from "@/lib/processes/os-process";
import { checkOutsideChain, checkOutsideDatabase, holdsBank } from "@/lib/processes/outside";
import {
  choosePorts,
  HeldPorts,
  isFree,
  operatorIdOf,
  type PortName,
  type Ports,
  validatorNames,
} from "@/lib/processes/ports";
import {
  createDatabase,
  initialisePostgres,
  postgresFailure,
  postgresProcess,
} from "@/lib/processes/postgres";
import {
  environmentOf,
  hasInsider,
  type ProcessName,
  type Surroundings,
  seedEnvironment,
  validatorFile,
} from "@/lib/processes/process-table";
import { type Secrets, secretsOf } from "@/lib/processes/secrets";
import { type ProcessSpec, Supervised } from "@/lib/processes/supervisor";
import { isStateCode, stateProfile } from "@/lib/state-profile/profile";
import { colour, explain, Stop, say, step } from "@/tools/progress.mjs";

export interface LaunchOptions {
  root: string;
  /** where tools/bundle.mjs put the compiled processes */
  bundle: string;
  startedAt: number;
  fresh: boolean;
  dev: boolean;
}

const demoChainId = 31_337;
const historyDays = 90;
const leastFreeBytes = 300_000_000;

/** In this order they are stopped; each group at once. Postgres, which everybody needs, goes last. */
const stopOrder: readonly string[][] = [
  ["app"],
  ["worker", "data-client", "insider"],
  [...validatorNames, "custodian", "valuer"],
  ["signer"],
];

/** Starts the whole bank, and stays until it is told to stop. */
export async function launch(options: LaunchOptions): Promise<void> {
  const bank = new Launcher(options);
  let stopping = 0;
  const stop = (signal: string) => {
    stopping += 1;
    if (stopping === 1)
      void bank.stop(signal === "SIGINT" || signal === "SIGTERM" || signal === "SIGHUP" ? 0 : 1);
    else if (stopping === 2) say(colour.dim("  Stopping already; press again to end everything at once."));
    else bank.killAll();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  // A closed terminal stops the bank; one that was sent to the background with its output elsewhere goes on.
  process.on("SIGHUP", () => process.stdout.isTTY && stop("SIGHUP"));
  process.on("uncaughtException", (error) => {
    explain(error);
    stop("error");
  });
  process.on("unhandledRejection", (error) => {
    explain(error);
    stop("error");
  });
  try {
    await bank.start();
  } catch (error) {
    if (stopping > 0) return;
    explain(error);
    stopping = 1;
    await bank.stop(1);
  }
}

class Launcher {
  private readonly home: Home;
  private readonly running = new Map<string, Supervised>();
  private readonly ports = new HeldPorts();
  private keeper: ChainKeeper | undefined;
  private backups: { stop(): void } | undefined;
  private locked = false;
  private stopped = false;
  private runtime: Runtime | undefined;

  constructor(private readonly options: LaunchOptions) {
    this.home = homeAt(options.root);
  }

  private get wanted(): Wanted {
    return {
      state: (process.env.GRANARY_STATE || "MD").toUpperCase(),
      outsideDatabase: Boolean(process.env.DATABASE_URL),
      outsideChain: Boolean(process.env.CHAIN_RPC_URL),
    };
  }

  async start(): Promise<void> {
    const { options, home, wanted } = this;
    if ((process.env.GRANARY_MODE ?? "demo") !== "demo") {
      throw new Stop(
        "npm start opens a demo bank with stand-ins; in production run each process with its own environment, as README says under Production.",
      );
    }
    if (!isStateCode(wanted.state)) {
      throw new Stop(
        `GRANARY_STATE=${wanted.state} is not a state: use a two-letter code such as MD, TX or DC.`,
      );
    }
    const profile = stateProfile(wanted.state, "demo");
    this.takeFolder();
    const kept = await this.openInstallation();
    const first = kept === undefined;
    const ports = await this.choosePorts();
    const secrets = await secretsOf(home);
    const at = this.surroundings(ports);
    this.runtime = {
      pid: process.pid,
      appUrl: at.appUrl,
      rpcUrl: at.rpcUrl,
      chainId: demoChainId,
      ports,
      startedAt: new Date().toISOString(),
      processes: {},
    };

    // Before a table is made: a start that must be refused leaves nothing behind in somebody else's database.
    if (wanted.outsideChain)
      this.runtime.chainId = at.chainId = await checkOutsideChain(at.rpcUrl, { home, secrets }, kept);

    const postgres = {
      folder: home.postgres,
      port: ports.postgres,
      superuserPassword: secrets.databasePasswords.superuser,
      logPath: join(home.logs, "postgres.log"),
      archive: home.walArchive,
    };
    await step(
      "postgres",
      wanted.outsideDatabase ? "outside, by DATABASE_URL" : `on port ${ports.postgres}`,
      async ({ note }) => {
        if (wanted.outsideDatabase) {
          const holds = await holdsBank(at.databaseUrls.owner);
          return checkOutsideDatabase({ holds, kept: !first });
        }
        if (!first && !existsSync(home.postgres)) {
          throw new Stop(
            `The bank's books are gone: ${home.postgres} is not there. Bring them back with npm run --silent cli -- ledger restore, or begin anew with npm start -- --fresh.`,
          );
        }
        const made = await initialisePostgres(postgres);
        await this.run(postgresProcess(postgres))
          .start(60_000)
          .catch((error: Error) => {
            throw new Stop(postgresFailure(error.message, postgres));
          });
        at.databaseUrls.owner = await createDatabase(postgres, {
          name: "granary_owner",
          password: secrets.databasePasswords.owner,
        });
        this.backups = startBackups(postgres, home.backups, say);
        if (made) note(`on port ${ports.postgres}, new`);
      },
    );

    await step("tables", "migrated, with a role for each process", async () => {
      const { migrate } = await import("@/db/migrate");
      const { superuser: _s, owner: _o, ...rolePasswords } = secrets.databasePasswords;
      const urls = await migrate({
        ownerUrl: at.databaseUrls.owner,
        rolePasswords,
        stateCode: wanted.state,
        mode: "demo",
      }).catch((error: Error) => {
        throw new Stop(databaseFailure(error));
      });
      Object.assign(at.databaseUrls, urls);
    });

    await this.startChain(at, secrets, first);
    await this.deploy(at, secrets);
    await this.publishNetwork(at, secrets);
    this.writeRuntime();

    if (first) await this.seedWith(at, secrets);
    // The app needs none of them to open its port, so both start together.
    const withApp = process.env.GRANARY_APP !== "none";
    const app = withApp ? this.startApp(at, secrets) : Promise.resolve();
    app.catch(() => {});
    await this.startProcesses(at, secrets, [
      "signer",
      "custodian",
      "valuer",
      ...validatorNames,
      "worker",
      "data-client",
      ...(hasInsider() ? (["insider"] as const) : []),
    ]);
    if (withApp) await step("app", `${at.appUrl}${options.dev ? ", reloads on save" : ""}`, () => app);
    if (this.stopped) return;
    say(
      endScreen({
        appUrl: at.appUrl,
        bankName: profile.bankName,
        home,
        rpcUrl: at.rpcUrl,
        seconds: (Date.now() - options.startedAt) / 1000,
      }),
    );
    this.writeRuntime();
  }

  private takeFolder(): void {
    const { home } = this;
    try {
      mkdirSync(home.folder, { recursive: true });
      takeLock(home.lock);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
        throw new Stop(
          `${home.folder} belongs to another user or cannot be written: remove it, or set GRANARY_HOME to another folder.`,
        );
      }
      if (code === "ENOSPC") throw new Stop("The disk is full.");
      throw error;
    }
    this.locked = true;
    const disk = statfsSync(home.folder);
    const free = disk.bavail * disk.bsize;
    if (free < leastFreeBytes) {
      throw new Stop(
        `There is too little room on the disk: ${Math.floor(free / 1e6)} MB free, 300 MB needed for data and logs.`,
      );
    }
  }

  /** Clears what must go and checks what stays; undefined when this is a first start. */
  private async openInstallation(): Promise<Installation | undefined> {
    const { home, wanted, options } = this;
    const ended = await endLeftovers(home);
    if (ended.length > 0)
      say(colour.dim(`  Ended what an earlier start left running: ${ended.sort().join(", ")}.`));
    const kept = readJson<Installation>(home.installation);
    if (options.fresh) {
      if (wanted.outsideDatabase && (await holdsBank(process.env.DATABASE_URL ?? ""))) {
        throw new Stop(
          "--fresh empties only what this folder holds: empty the database behind DATABASE_URL yourself, or name another one.",
        );
      }
      clear(home);
      return undefined;
    }
    if (kept) {
      checkKept(kept, wanted);
      const deployed = readJson<{ bytecodeHash: string }>(home.deployment);
      if (deployed && deployed.bytecodeHash !== bytecodeHash()) {
        throw new Stop(
          "The contracts of this build differ from those that hold the money of the kept data: begin anew with npm start -- --fresh, or go back to the build that deployed them.",
        );
      }
      return kept;
    }
    if (hasData(home))
      say(colour.dim("  An earlier first start was interrupted before it was complete; beginning anew."));
    clear(home);
    return undefined;
  }

  private async choosePorts(): Promise<Ports> {
    const asked = process.env.PORT;
    const fixed: Partial<Ports> = {};
    if (asked) {
      const port = Number(asked);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new Stop(`PORT=${asked} is not a port: use a number from 1 to 65535.`);
      if (!(await isFree(port)))
        throw new Stop(`Port ${port} is taken by another program: choose another PORT, or leave it out.`);
      fixed.app = port;
    }
    const last = readJson<Ports>(join(this.home.folder, "ports.json")) ?? {};
    let ports = await choosePorts(last, fixed);
    for (let tries = 1; !(await this.ports.hold(ports)); tries++) {
      if (tries === 5) throw new Stop("Other programs take ports as fast as they are chosen: try again.");
      ports = await choosePorts(last, fixed);
    }
    writeJson(join(this.home.folder, "ports.json"), ports);
    return ports;
  }

  private surroundings(ports: Ports): Surroundings {
    const outsideChain = process.env.CHAIN_RPC_URL;
    return {
      mode: "demo",
      state: this.wanted.state,
      home: this.home.folder,
      appUrl: process.env.APP_URL || `http://localhost:${ports.app}`,
      rpcUrl: outsideChain || `http://127.0.0.1:${ports.chain}`,
      chainId: demoChainId,
      ...(!outsideChain && { finalityFile: this.home.chainSaved }),
      deploymentPath: this.home.deployment,
      databaseUrls: {
        owner: process.env.DATABASE_URL ?? "",
        app: "",
        worker: "",
        signer: "",
        readonly: "",
      },
      ports,
    };
  }

  /** A process of ours: started again when it ends, its port free for it only now. */
  private run(spec: ProcessSpec): Supervised {
    const port = this.runtime?.ports[spec.name as PortName];
    const process = new Supervised(
      {
        ...spec,
        prepare: async () => {
          if (port !== undefined) await this.ports.release(port);
          return (await spec.prepare?.()) ?? {};
        },
      },
      (sentence) => {
        if (!this.stopped) say(`  ${colour.amber("!")} ${sentence}`);
      },
      () => this.writeRuntime(),
    );
    this.running.set(spec.name, process);
    return process;
  }

  private writeRuntime(): void {
    if (!this.runtime || this.stopped) return;
    const processes: Record<string, ProcessRef> = {};
    for (const [name, { ref }] of this.running) if (ref) processes[name] = ref;
    writeJson(this.home.runtime, { ...this.runtime, processes });
  }

  private async startChain(at: Surroundings, secrets: Secrets, first: boolean): Promise<void> {
    const { home, wanted } = this;
    if (wanted.outsideChain) {
      await step("chain", `outside, number ${at.chainId}`, async () => {});
      return;
    }
    const place: ChainPlace = {
      port: at.ports.chain,
      mnemonic: secrets.mnemonic,
      chainId: demoChainId,
      statePath: home.chainState,
      savedPath: home.chainSaved,
      logPath: join(home.logs, "chain.log"),
      genesisTime: Math.floor(Date.now() / 1000) - (first && this.hasSeed() ? historyDays * 86_400 : 0),
      bankNow: () => bankNow(at.databaseUrls.owner),
    };
    await step("chain", `on port ${at.ports.chain}`, async ({ note }) => {
      await this.run(chainProcess(place)).start(20_000);
      this.keeper = new ChainKeeper(at.rpcUrl, place, (sentence) =>
        say(`  ${colour.amber("!")} ${sentence}`),
      );
      this.keeper.start();
      if (this.keeper.saved)
        note(
          `on port ${at.ports.chain}, ${Number(this.keeper.saved.number).toLocaleString("en")} blocks kept`,
        );
    });
  }

  private hasSeed(): boolean {
    if (process.env.GRANARY_SEED === "none") return false;
    return existsSync(join(this.options.root, "lib", "seed", "main.ts"));
  }

  private async deploy(at: Surroundings, secrets: Secrets): Promise<void> {
    if (existsSync(this.home.deployment)) return;
    await step("contracts", "deployed, roles handed over", async () => {
      await this.runOnce("deploy", "lib/processes/deploy-once.ts", {
        ...environmentOf("worker", at, secrets),
        GRANARY_PROCESS: "deploy",
        GRANARY_SECRETS: this.home.secrets,
      });
    });
  }

  /** How an outside chain began is not ours to know: there a validator needs a node of its own. */
  private async publishNetwork(at: Surroundings, secrets: Secrets): Promise<void> {
    const deployment = readDeployment(this.home.deployment);
    const network: Network = { deployment };
    if (!this.wanted.outsideChain) network.genesis = await genesisOf(at.rpcUrl, secrets);
    writeJson(this.home.network, network);
  }

  /** Makes people and history once; the seed steps signer, indexer and validators itself, and asks custodian and valuer. */
  private async seedWith(at: Surroundings, secrets: Secrets): Promise<void> {
    const done = (seeded: boolean) => {
      const { wanted } = this;
      const made: Installation = { ...wanted, mode: "demo", seeded, createdAt: new Date().toISOString() };
      writeJson(this.home.installation, made);
    };
    if (!this.hasSeed()) return done(false);
    await this.startProcesses(at, secrets, ["custodian", "valuer"]);
    await step("people", `ten people and ${historyDays} days of history`, async ({ detail }) => {
      await this.runOnce("seed", "lib/seed/main.ts", seedEnvironment(at, secrets), detail);
    });
    await this.keeper?.save();
    done(true);
  }

  /** Runs a program of ours to its end; its lines go to its log, the last one to the screen. */
  private runOnce(
    name: string,
    entry: string,
    env: Record<string, string>,
    detail: (text: string) => void = () => {},
  ): Promise<void> {
    const logPath = join(this.home.logs, `${name}.log`);
    mkdirSync(this.home.logs, { recursive: true });
    const error = openSync(logPath, "a");
    const child = spawn(process.execPath, this.nodeArguments(entry), {
      cwd: this.options.root,
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", error],
      detached: true,
    });
    const spec: ProcessSpec = { name, command: "", args: [], env: {}, cwd: "/", logPath };
    const shell = new Supervised(spec, () => {});
    const tail: string[] = [];
    child.stdout?.on("data", (chunk: Buffer) => {
      for (const text of chunk
        .toString()
        .split("\n")
        .filter((line) => line.trim())) {
        tail.push(text);
        if (tail.length > 30) tail.shift();
        if (!text.startsWith("{")) detail(text.trim().slice(0, 60));
      }
    });
    this.once = { kill: () => child.kill("SIGTERM") };
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        this.once = undefined;
        if (code === 0) return resolve();
        const lines = tail.filter((line) => !line.startsWith("{")).slice(-4);
        reject(
          new Stop(`${name} ended with ${signal ?? `code ${code}`}: ${lines.at(-1) ?? shell.logTail()}`, [
            `Its log: ${logPath}`,
          ]),
        );
      });
    });
  }
  /** One of our own programs, as Node is to run it. */
  private nodeArguments(entry: string): string[] {
    const compiled = join(this.options.bundle, entry.replace(/\.ts$/, ".mjs"));
    return [
      "--import",
      join(this.options.root, "tools", "with-parent.mjs"),
      "--enable-source-maps",
      "--max-old-space-size=512",
      compiled,
    ];
  }

  /** A validator is started as any operator starts it: with a config of its own. */
  private argumentsOf(name: ProcessName, at: Surroundings, secrets: Secrets): string[] {
    const validator = validatorNames.find((one) => one === name);
    if (!validator) return [];
    const folder = join(this.home.folder, "validators", String(operatorIdOf(validator)));
    const path = join(folder, "operator.json");
    writeJson(path, validatorFile(validator, at, secrets, { folder, network: this.home.network }), 0o600);
    return ["--config", path];
  }

  private once: { kill: () => void } | undefined;

  private async startProcesses(at: Surroundings, secrets: Secrets, names: ProcessName[]): Promise<void> {
    const missing = names.filter(
      (name) => !this.running.has(name) && existsSync(join(this.options.root, entryOf(name))),
    );
    if (missing.length === 0) return;
    await step("processes", groupNames(missing), () =>
      Promise.all(
        missing.map((name) =>
          this.run({
            name,
            command: process.execPath,
            args: [...this.nodeArguments(entryOf(name)), ...this.argumentsOf(name, at, secrets)],
            env: environmentOf(name, at, secrets),
            cwd: this.options.root,
            logPath: join(this.home.logs, `${name}.log`),
            stopPatienceMs: 12_000,
            ...(name !== "worker" &&
              name !== "signer" && { livezUrl: `http://127.0.0.1:${at.ports[name]}/livez` }),
            ...((name === "worker" || name === "signer") && { saysWhenReady: `"${name} runs` }),
          })
            .start(90_000)
            .catch((error: Error) => {
              throw new Stop(error.message);
            }),
        ),
      ),
    );
  }

  private async startApp(at: Surroundings, secrets: Secrets): Promise<void> {
    const { root, dev } = this.options;
    const host = process.env.GRANARY_HOST || "127.0.0.1";
    const env: Record<string, string> = environmentOf("app", at, secrets);
    if (dev) env.NODE_ENV = "development";
    await this.run({
      name: "app",
      command: process.execPath,
      args: [
        ...[
          "--import",
          join(root, "tools", "with-parent.mjs"),
          join(root, "node_modules", "next", "dist", "bin", "next"),
        ],
        ...[dev ? "dev" : "start", "--port", String(at.ports.app), "--hostname", host],
      ],
      env,
      cwd: root,
      logPath: join(this.home.logs, "app.log"),
      livezUrl: `http://127.0.0.1:${at.ports.app}/api/livez`,
      stopPatienceMs: 6_000,
    })
      .start(120_000)
      .catch((error: Error) => {
        throw new Stop(error.message);
      });
  }

  /** Everything in order, data kept; a line for what did not go by itself. */
  async stop(code: number): Promise<never> {
    const since = Date.now();
    this.stopped = true;
    this.backups?.stop();
    if (this.running.size > 0) say(colour.dim("\n  Stopping …"));
    this.once?.kill();
    const late: string[] = [];
    const end = async (name: string) => {
      const process = this.running.get(name);
      if (process && !(await process.stop())) late.push(name);
    };
    for (const group of stopOrder) await Promise.all(group.map(end));
    await this.keeper
      ?.stop()
      .catch((error: Error) =>
        say(`  ${colour.red("✗")} the chain's last blocks were not saved: ${error.message}`),
      );
    await end("chain");
    await end("postgres");
    if (late.length > 0) say(colour.dim(`  Had to be ended by force: ${late.join(", ")}.`));
    // A start that was refused because the bank runs already must not hide that one from its operator.
    if (this.locked) {
      rmSync(this.home.runtime, { force: true });
      releaseLock(this.home.lock);
    }
    if (this.running.size > 0)
      say(colour.dim(`  Stopped in ${((Date.now() - since) / 1000).toFixed(1)} s; the data are kept.\n`));
    process.exit(code);
  }

  /** The third Ctrl-C: no order, no patience. Postgres and the chain recover from what is on disk. */
  killAll(): never {
    for (const { ref } of this.running.values()) {
      try {
        if (ref) process.kill(ref.pid, "SIGKILL");
      } catch {
        // It has gone.
      }
    }
    if (this.locked) releaseLock(this.home.lock);
    process.exit(137);
  }
}

const entryOf = (name: ProcessName): string =>
  `lib/processes/${name.startsWith("validator-") ? "validator" : name}.ts`;

function groupNames(names: string[]): string {
  const validators = names.filter((name) => name.startsWith("validator-")).length;
  const others = names.filter((name) => !name.startsWith("validator-"));
  return [...others, ...(validators > 0 ? [`${validators} validators`] : [])].join(", ");
}

async function bankNow(ownerUrl: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ now: string }>(
      "select extract(epoch from bank.now())::bigint as now",
    );
    return Number(rows[0]?.now);
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
