import { beforeAll, describe, expect, it } from "vitest";
import { operatorIdOf, preferredPorts, validatorNames } from "@/lib/processes/ports";
import {
  environmentOf,
  operatorEnvironment,
  type ProcessName,
  type Surroundings,
  secretValues,
  seedEnvironment,
  validatorFile,
} from "@/lib/processes/process-table";
import { makeSecrets, type Secrets } from "@/lib/processes/secrets";

let secrets: Secrets;
let at: Surroundings;

beforeAll(async () => {
  secrets = await makeSecrets();
  const url = (role: keyof Secrets["databasePasswords"]) =>
    `postgres://granary_${role}:${secrets.databasePasswords[role]}@127.0.0.1:54320/granary`;
  at = {
    mode: "demo",
    state: "MD",
    home: "/srv/granary",
    appUrl: "http://localhost:3000",
    rpcUrl: "http://127.0.0.1:8545",
    chainId: 31337,
    finalityFile: "/srv/granary/chain/saved.json",
    deploymentPath: "/srv/granary/deployment.json",
    databaseUrls: {
      owner: url("owner"),
      app: url("app"),
      worker: url("worker"),
      signer: url("signer"),
      readonly: url("readonly"),
    },
    ports: preferredPorts,
  };
});

/** The names of all secrets that an environment holds. */
const held = (environment: Record<string, string>) => {
  const text = Object.values(environment).join("\n");
  return Object.entries(secretValues(secrets))
    .filter(([, value]) => text.includes(value))
    .map(([name]) => name)
    .sort();
};

describe("each process holds its own secrets and no other's", () => {
  const expected: Partial<Record<ProcessName, string[]>> = {
    app: ["blindIndexKey", "database app", "fieldKey", "nextauthSecret", "standinToken"],
    worker: ["blindIndexKey", "database worker", "fieldKey", "standinToken"],
    signer: [
      "database signer",
      "key certifier",
      "key faucet",
      "key issuer",
      "key proposer",
      "key registrar",
      "key remitter",
    ],
    ...Object.fromEntries(validatorNames.map((name) => [name, []])),
    custodian: ["key custodian", "standinToken"],
    valuer: ["key valuer", "standinToken"],
    "data-client": ["key dataClient"],
    // demo only, and the one that may do to the books what nobody else can
    insider: ["database owner", "standinToken"],
  };

  it.each(Object.entries(expected))("%s", (name, names) => {
    expect(held(environmentOf(name as ProcessName, at, secrets))).toEqual(names);
  });

  it.each(validatorNames)("%s is told its own key in its config, and nothing else of the bank's", (name) => {
    const file = validatorFile(name, at, secrets, { folder: "/srv/v", network: "/srv/network.json" });
    const told = Object.fromEntries(Object.entries(file).map(([field, value]) => [field, String(value)]));
    expect(held(told)).toEqual([`key validator${operatorIdOf(name)}`]);
    expect(Object.keys(environmentOf(name, at, secrets)).sort()).toEqual(
      expect.not.arrayContaining(["CHAIN_RPC_URL", "GRANARY_HOME", "GRANARY_DEPLOYMENT"]),
    );
  });

  it("nobody that runs holds the deployer, the guardian, the council or the owner's password", () => {
    const all = Object.keys(expected)
      .filter((name) => name !== "insider")
      .flatMap((name) => held(environmentOf(name as ProcessName, at, secrets)));
    for (const never of [
      "key deployer",
      "key guardian",
      "key enforcer",
      "key council",
      "database owner",
      "database superuser",
      "mnemonic",
    ]) {
      expect(all).not.toContain(never);
    }
  });

  it("the seed's environment adds people's keys to the worker's", () => {
    expect(held(seedEnvironment(at, secrets))).toEqual([
      "blindIndexKey",
      "database worker",
      "fieldKey",
      "key firstPerson",
      "key lastPerson",
      "standinToken",
    ]);
  });

  it("the operator's command line holds no signing key", () => {
    expect(held(operatorEnvironment(at, secrets)).filter((name) => name.startsWith("key"))).toEqual([]);
  });
});
