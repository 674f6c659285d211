import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { encode } from "next-auth/jwt";
import { type OpenDb, openDb } from "@/db/client";
import { startBank } from "@/lib/bars/w2-warm-start";
import { anyFree } from "@/lib/processes/ports";
import { environmentOf, operatorEnvironment } from "@/lib/processes/process-table";
import { inProject, type RunningBank, runningBank } from "@/lib/processes/running-bank";

/** A whole bank in a folder of its own, without residents, for bars that knock at its doors over HTTP. */
export interface DoorBank extends RunningBank {
  app: OpenDb;
  worker: OpenDb;
  owner: OpenDb;
  metricsToken: string;
  /** the cookie of a session, as the bank itself would set it */
  cookieFor(sessionId: string): Promise<string>;
  /** one more web server on the same bank, with the proxy compiled in or left out */
  startApp(options?: { withoutProxy?: boolean; env?: Record<string, string> }): Promise<WebServer>;
  close(): Promise<void>;
}

export interface WebServer {
  port: number;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Asked {
  port: number;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** which address of this machine the connection comes from */
  localAddress?: string;
}

export async function openDoorBank(): Promise<DoorBank> {
  const folder = mkdtempSync(join(tmpdir(), "granary-doors-"));
  const metricsToken = "a token for the collector of this bar";
  Object.assign(process.env, { METRICS_TOKEN: metricsToken, GRANARY_SEED: "none", GRANARY_INSIDER: "none" });
  const started = await startBank(folder);
  const bank = runningBank(folder);
  Object.assign(process.env, operatorEnvironment(bank.at, bank.secrets), { LOG_LEVEL: "silent" });
  const open = (role: "app" | "worker" | "owner") =>
    openDb(bank.at.databaseUrls[role], { max: 6, name: `bar ${role}` });
  const [app, worker, owner] = [open("app"), open("worker"), open("owner")];
  const secret = bank.secrets.nextauthSecret;
  return {
    ...bank,
    app,
    worker,
    owner,
    metricsToken,
    cookieFor: async (sid) => `granary.session=${await encode({ token: { sid }, secret })}`,
    startApp: (options = {}) => startApp(bank, options),
    async close() {
      await Promise.all([app, worker, owner].map((one) => one.close()));
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The build as it is, in a folder where the proxy is not among what Next finds when it starts. */
function buildWithoutProxy(): string {
  const folder = mkdtempSync(join(tmpdir(), "granary-no-proxy-"));
  for (const name of readdirSync(inProject()))
    if (!name.startsWith(".") && name !== "proxy.ts") symlinkSync(inProject(name), join(folder, name));
  cpSync(inProject(".next"), join(folder, ".next"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes(join(".next", "cache")),
  });
  const server = join(folder, ".next", "server");
  writeFileSync(join(server, "functions-config-manifest.json"), '{"version":1,"functions":{}}');
  for (const name of ["middleware.js", "middleware"])
    rmSync(join(server, name), { recursive: true, force: true });
  return folder;
}

async function startApp(
  { at, secrets }: RunningBank,
  { withoutProxy = false, env = {} }: { withoutProxy?: boolean; env?: Record<string, string> },
): Promise<WebServer> {
  const folder = withoutProxy ? buildWithoutProxy() : inProject();
  const port = await anyFree();
  const child: ChildProcess = spawn(
    process.execPath,
    [
      inProject("node_modules", "next", "dist", "bin", "next"),
      "start",
      "--port",
      String(port),
      "--hostname",
      "127.0.0.1",
    ],
    {
      cwd: folder,
      env: { ...environmentOf("app", at, secrets), NODE_ENV: "production", ...env },
      stdio: "ignore",
    },
  );
  const stop = async () => {
    await ended(child);
    if (withoutProxy) rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 300; tries++) {
    const answer = await ask({ port, path: "/api/livez" }, at.appUrl).catch(() => undefined);
    if (answer?.status === 200) return { port, stop };
    if (child.exitCode !== null) break;
    await wait(200);
  }
  await stop();
  throw new Error("a second web server did not start");
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  });
}

/** One request to a port of this machine, under the bank's own name whatever the port. */
export function ask(
  { port, path, method = "GET", headers = {}, body, localAddress }: Asked,
  appUrl: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        headers: { host: new URL(appUrl).host, ...headers },
        timeout: 60_000,
        ...(localAddress && { localAddress }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer from ${path}`)));
    sent.on("error", reject);
    sent.end(body);
  });
}
