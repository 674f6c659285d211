import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { urlFor } from "@/db/migrate";
import { type Home, homeAt, readJson } from "@/lib/processes/home";
import type { Installation, Runtime } from "@/lib/processes/installation";
import { isAlive, processRef } from "@/lib/processes/os-process";
import { operatorEnvironment, type Surroundings } from "@/lib/processes/process-table";
import type { Secrets } from "@/lib/processes/secrets";
import { Stop } from "@/tools/progress.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface RunningBank {
  home: Home;
  runtime: Runtime;
  at: Surroundings;
  secrets: Secrets;
}

/** The installation that runs from this folder (or GRANARY_HOME), out of the files that its launcher wrote. */
export function runningBank(folder?: string): RunningBank {
  const home = homeAt(root, folder);
  const runtime = readJson<Runtime>(home.runtime);
  const secrets = readJson<Secrets>(home.secrets);
  if (!runtime || !secrets || !isAlive(processRef(runtime.pid))) {
    throw new Stop(
      `No bank runs from ${home.folder}: start it with npm start, or set GRANARY_HOME to the one that runs.`,
    );
  }
  const installation = readJson<Installation>(home.installation);
  const { databasePasswords: passwords } = secrets;
  const owner =
    process.env.DATABASE_URL ||
    `postgres://granary_owner:${encodeURIComponent(passwords.owner)}@127.0.0.1:${runtime.ports.postgres}/granary`;
  const role = (name: "app" | "worker" | "signer" | "readonly") => urlFor(owner, name, passwords[name]);
  const at: Surroundings = {
    mode: "demo",
    state: installation?.state ?? process.env.GRANARY_STATE ?? "MD",
    home: home.folder,
    appUrl: runtime.appUrl,
    rpcUrl: runtime.rpcUrl,
    chainId: runtime.chainId,
    ...(!installation?.outsideChain && { finalityFile: home.chainSaved }),
    deploymentPath: home.deployment,
    databaseUrls: {
      owner,
      app: role("app"),
      worker: role("worker"),
      signer: role("signer"),
      readonly: role("readonly"),
    },
    ports: runtime.ports,
  };
  return { home, runtime, at, secrets };
}

/** Gives this process the operator's environment; what the caller has set stays. */
export function enterRunningBank(): RunningBank {
  const bank = runningBank();
  for (const [name, value] of Object.entries(operatorEnvironment(bank.at, bank.secrets)))
    process.env[name] ??= value;
  process.env.LOG_LEVEL ??= "warn";
  return bank;
}

export const projectRoot = root;
export const inProject = (...parts: string[]): string => join(root, ...parts);
