import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { migrate } from "@/db/migrate";
import { anyFree } from "@/lib/processes/ports";
import {
  createDatabase,
  initialisePostgres,
  type PostgresPlace,
  postgresProcess,
  superuserUrl,
} from "@/lib/processes/postgres";

/** Room for the growth of the bench; everything that makes a commit durable stays on. */
const room = { shared_buffers: "1GB", max_wal_size: "8GB", checkpoint_timeout: "30min" };

export interface BenchServer {
  place: PostgresPlace;
  ownerUrl: string;
  appUrl: string;
  workerUrl: string;
  settings: Record<string, string>;
  /** of all its processes so far */
  cpuSeconds(): number;
  close(): Promise<void>;
}

/** A Postgres of the bench's own with an empty bank in it. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "granary-bench-"));
  chmodSync(folder, 0o755);
  const place: PostgresPlace = {
    folder: join(folder, "data"),
    port: await anyFree(),
    superuserPassword: "bench",
    logPath: join(folder, "postgres.log"),
  };
  await initialisePostgres(place);
  const spec = postgresProcess(place);
  const out = openSync(place.logPath, "a");
  const { uid, gid, cwd, env } = spec;
  const args = [...spec.args, ...Object.entries(room).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const server = spawn(spec.command, args, {
    uid,
    gid,
    cwd,
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", out, out],
  });
  const gone = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const interrupted = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const close = async () => {
    server.kill("SIGINT");
    await Promise.race([gone, wait(20_000)]);
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  };
  try {
    for (let waited = 0; !(await spec.isReady?.()); waited += 50) {
      if (waited > 30_000)
        throw new Error(`Postgres did not answer: ${readFileSync(place.logPath, "utf8").slice(-500)}`);
      await wait(50);
    }
    const ownerUrl = await createDatabase(place, { name: "granary_owner", password: "owner" });
    const passwords = { app: "app", worker: "worker", signer: "signer", readonly: "readonly" };
    const urls = await migrate({ ownerUrl, rolePasswords: passwords, stateCode: "MD", mode: "demo" });
    return {
      place,
      ownerUrl,
      appUrl: urls.app,
      workerUrl: urls.worker,
      settings: room,
      cpuSeconds: () => cpuOf(server.pid as number),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ticks of a process and its children, those that ended included. */
function cpuOf(root: number): number {
  const fields = (pid: string | number): string[] => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
    } catch {
      return [];
    }
  };
  const ticks = (of: string[], ...at: number[]) => at.reduce((sum, i) => sum + Number(of[i] ?? 0), 0);
  let sum = ticks(fields(root), 11, 12, 13, 14);
  for (const pid of existsSync("/proc") ? readdirSync("/proc") : []) {
    if (!/^\d+$/.test(pid)) continue;
    const own = fields(pid);
    if (Number(own[1]) === root) sum += ticks(own, 11, 12);
  }
  return sum / 100;
}

/** pgbench of the machine, which the embedded Postgres does not bring along. */
export function findPgbench(): string | undefined {
  const packaged = "/usr/lib/postgresql";
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...(existsSync(packaged) ? readdirSync(packaged).map((version) => join(packaged, version, "bin")) : []),
  ];
  return folders.map((folder) => join(folder, "pgbench")).find((path) => existsSync(path));
}

export const scratchUrl = (server: BenchServer): string => superuserUrl(server.place);
