import type { DatabaseRole } from "@/lib/env";
import {
  operatorIdOf,
  type PortName,
  type Ports,
  type ValidatorName,
  validatorNames,
} from "@/lib/processes/ports";
import { type AccountRole, accountIndex, keyOf, type Secrets } from "@/lib/processes/secrets";
import type { ValidatorFile } from "@/lib/processes/validator-config";

/** Where everything of one running installation is; runtime.json holds it for the CLI, the bars and the tests. */
export interface Surroundings {
  mode: "demo";
  state: string;
  home: string;
  appUrl: string;
  rpcUrl: string;
  chainId: number;
  /** absent when an outside chain decides for itself what is final */
  finalityFile?: string;
  deploymentPath: string;
  databaseUrls: Record<DatabaseRole, string>;
  ports: Ports;
}

export type ProcessName = Exclude<PortName, "postgres" | "chain">;

/** Senders of the outbox whose keys the signer holds. */
const signerRoles = ["issuer", "registrar", "proposer", "remitter", "faucet", "certifier"] as const;

const local = (port: number) => `http://127.0.0.1:${port}`;

export const validatorUrls = (ports: Ports): string =>
  validatorNames.map((name) => local(ports[name])).join(",");

/** GRANARY_INSIDER=none: a demo in which nobody can cheat. */
export const hasInsider = (): boolean => process.env.GRANARY_INSIDER !== "none";

/** What every process of ours may know: no secret among it. */
const common = (at: Surroundings, name: string): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
  NODE_ENV: "production",
  TZ: "UTC",
  GRANARY_PROCESS: name,
  GRANARY_MODE: at.mode,
  GRANARY_STATE: at.state,
  GRANARY_HOME: at.home,
  CHAIN_RPC_URL: at.rpcUrl,
  CHAIN_ID: String(at.chainId),
  GRANARY_DEPLOYMENT: at.deploymentPath,
  ...(at.finalityFile && { CHAIN_FINALITY_FILE: at.finalityFile }),
  ...(process.env.LOG_LEVEL && { LOG_LEVEL: process.env.LOG_LEVEL }),
});

const database = (at: Surroundings, role: Exclude<DatabaseRole, "owner">): Record<string, string> => ({
  [`DATABASE_URL_${role.toUpperCase()}`]: at.databaseUrls[role],
});

const personalData = (secrets: Secrets) => ({
  FIELD_KEY: secrets.fieldKey,
  BLIND_INDEX_KEY: secrets.blindIndexKey,
});

const outside = (at: Surroundings, secrets: Secrets) => ({
  CUSTODIAN_URL: local(at.ports.custodian),
  VALUER_URL: local(at.ports.valuer),
  VALIDATOR_URLS: validatorUrls(at.ports),
  STANDIN_TOKEN: secrets.standinToken,
});

const web = (at: Surroundings, secrets: Secrets) => ({
  APP_URL: at.appUrl,
  NEXTAUTH_URL: at.appUrl,
  NEXTAUTH_SECRET: secrets.nextauthSecret,
  NEXT_TELEMETRY_DISABLED: "1",
  ...(process.env.WALLETCONNECT_PROJECT_ID && {
    WALLETCONNECT_PROJECT_ID: process.env.WALLETCONNECT_PROJECT_ID,
  }),
  ...(process.env.METRICS_TOKEN && { METRICS_TOKEN: process.env.METRICS_TOKEN }),
});

/** The whole environment of one process: its own port, its own database role, its own keys, no other's. */
export function environmentOf(name: ProcessName, at: Surroundings, secrets: Secrets): Record<string, string> {
  const base = { ...common(at, name), PORT: String(at.ports[name]) };
  const key = (role: AccountRole) => keyOf(secrets, role);
  switch (name) {
    case "app":
      return {
        ...base,
        ...web(at, secrets),
        ...database(at, "app"),
        ...personalData(secrets),
        ...outside(at, secrets),
        ...(hasInsider() && { INSIDER_URL: local(at.ports.insider) }),
      };
    case "worker":
      return {
        ...base,
        APP_URL: at.appUrl,
        ...database(at, "worker"),
        ...personalData(secrets),
        ...outside(at, secrets),
      };
    case "signer":
      return {
        ...base,
        ...database(at, "signer"),
        SIGNER_KEYS: JSON.stringify(Object.fromEntries(signerRoles.map((role) => [role, key(role)]))),
      };
    case "custodian":
      return { ...base, CUSTODIAN_KEY: key("custodian"), STANDIN_TOKEN: secrets.standinToken };
    case "valuer":
      return { ...base, VALUER_KEY: key("valuer"), STANDIN_TOKEN: secrets.standinToken };
    case "data-client":
      return { ...base, DATA_CLIENT_KEY: key("dataClient") };
    case "insider":
      return { ...base, DATABASE_URL: at.databaseUrls.owner, STANDIN_TOKEN: secrets.standinToken };
    default:
      return isolated(name);
  }
}

/** A validator is another firm's program: all that it knows of the bank stands in its config. */
const isolated = (name: ValidatorName): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
  NODE_ENV: "production",
  TZ: "UTC",
  GRANARY_PROCESS: name,
  ...(process.env.LOG_LEVEL && { LOG_LEVEL: process.env.LOG_LEVEL }),
});

/** What one validator is started with: two addresses, its own key, its own folder. */
export function validatorFile(
  name: ValidatorName,
  at: Surroundings,
  secrets: Secrets,
  place: { folder: string; network: string },
): ValidatorFile {
  const operatorId = operatorIdOf(name);
  return {
    mode: at.mode,
    operatorId,
    chain: at.rpcUrl,
    bank: at.appUrl,
    key: keyOf(secrets, `validator${operatorId}` as AccountRole),
    port: at.ports[name],
    ...place,
    ...(at.finalityFile && { finalityFile: at.finalityFile }),
  };
}

/** The seed acts as the worker, with the keys of the people it brings to life. */
export function seedEnvironment(at: Surroundings, secrets: Secrets): Record<string, string> {
  const people = secrets.accounts.slice(accountIndex.firstPerson, accountIndex.lastPerson + 1);
  return {
    ...environmentOf("worker", at, secrets),
    GRANARY_PROCESS: "seed",
    SEED_KEYS: JSON.stringify(people.map(({ key }) => key)),
  };
}

/** The operator's command line acts as worker and reads as read-only; it owns the installation's files anyway. */
export function operatorEnvironment(at: Surroundings, secrets: Secrets): Record<string, string> {
  return {
    ...environmentOf("worker", at, secrets),
    GRANARY_PROCESS: "cli",
    ...database(at, "readonly"),
    DATABASE_URL: at.databaseUrls.owner,
  };
}

/** Every secret of the installation by name, to check that none strays. */
export function secretValues(secrets: Secrets): Record<string, string> {
  return {
    nextauthSecret: secrets.nextauthSecret,
    fieldKey: secrets.fieldKey,
    blindIndexKey: secrets.blindIndexKey,
    standinToken: secrets.standinToken,
    mnemonic: secrets.mnemonic,
    ...Object.fromEntries(
      Object.entries(secrets.databasePasswords).map(([role, value]) => [`database ${role}`, value]),
    ),
    ...Object.fromEntries(
      (Object.keys(accountIndex) as AccountRole[]).map((role) => [`key ${role}`, keyOf(secrets, role)]),
    ),
  };
}
