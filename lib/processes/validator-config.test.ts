import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Network } from "@/lib/processes/network";
import { testDeployment } from "@/lib/processes/test-bank";
import {
  ConfigError,
  networkOf,
  readValidatorConfig,
  type ValidatorFile,
} from "@/lib/processes/validator-config";

const folder = mkdtempSync(join(tmpdir(), "granary-operator-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = `0x${"ab".repeat(32)}`;
const path = join(folder, "operator.json");
const whole: ValidatorFile = {
  mode: "demo",
  operatorId: 3,
  chain: "http://127.0.0.1:8545",
  bank: "https://bank.example",
  key,
  folder: "state",
  port: 4113,
  network: "network.json",
};
const write = (change: Record<string, unknown>) =>
  writeFileSync(path, JSON.stringify({ ...whole, ...change }));
const writeNetwork = (network: unknown) =>
  writeFileSync(join(folder, "network.json"), JSON.stringify(network));
const refusal = (argv: string[] = ["--config", path]): { reason: string; message: string } => {
  try {
    readValidatorConfig(argv);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return { reason: "none", message: "" };
};

const network: Network = {
  deployment: testDeployment,
  genesis: { timestamp: "0x1", gasLimit: "0x1c9c380", baseFeePerGas: "0x1", alloc: {} },
};

beforeEach(() => {
  writeNetwork(network);
  write({});
});

describe("a validator's config", () => {
  it("is two addresses, a key and a folder, seen from where the file lies", () => {
    expect(readValidatorConfig(["--config", path])).toMatchObject({
      ...{ operatorId: 3, key, folder: join(folder, "state"), port: 4113, host: "127.0.0.1" },
      network: { genesis: { gasLimit: "0x1c9c380" } },
    });
    writeFileSync(join(folder, "key"), `${key}\n`);
    write({ key: undefined, keyFile: "key" });
    expect(readValidatorConfig(["--config", path]).key).toBe(key);
  });

  it("is asked for when it is not given", () => {
    expect(refusal([]).reason).toBe("config_missing");
    expect(refusal(["--config"]).reason).toBe("config_missing");
    expect(refusal(["--config", path, "--verbose"]).reason).toBe("config_missing");
    expect(refusal(["--config", join(folder, "none.json")]).reason).toBe("config_unreadable");
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ["a field too many", { verbose: true }, "config_invalid", /"verbose" is not a field/],
    ["a port beyond all ports", { port: 70_000 }, "config_invalid", /"port" must hold the port/],
    ["an operator without a number", { operatorId: "two" }, "config_invalid", /"operatorId" must hold/],
    ["an address of another kind", { chain: "ftp://x" }, "config_invalid", /"chain" must hold/],
    ["no bank", { bank: undefined }, "config_invalid", /"bank" must hold the bank's address/],
    ["an unknown mode", { mode: "test" }, "config_invalid", /"mode" must hold demo or production/],
    ["no key", { key: undefined }, "key_missing", /keyFile/],
    ["two keys", { keyFile: "key" }, "key_twice", /not as both/],
    ["half a key", { key: "0x1234" }, "key_invalid", /32 bytes/],
    ["a key file that is not there", { key: undefined, keyFile: "no" }, "key_unreadable", /ENOENT/],
    ["no network's file", { network: "no.json" }, "network_unreadable", /ENOENT/],
    ["another file as the network's", { network: "operator.json" }, "network_invalid", /is none/],
    ["a demo's chain in production", { mode: "production" }, "demo_only", /development chain/],
    [
      "a demo's finality in production",
      { mode: "production", finalityFile: "saved.json" },
      "demo_only",
      /finality/,
    ],
  ])("refuses %s, by name", (_, change, reason, sentence) => {
    write(change);
    expect(refusal()).toMatchObject({ reason, message: expect.stringMatching(sentence) });
  });

  it("takes what its operator agrees to after a restore only when both epochs are said, the older one second", () => {
    const asked = (agreed?: string) => ["--config", path, "--agree-restore", ...(agreed ? [agreed] : [])];
    for (const unclear of [undefined, "21", "17:21", "21:21", "21:0", "21:17:3", "-1:2", "21:1e1"])
      expect(refusal(asked(unclear)).reason, unclear).toBe("agreement_unclear");
    expect(refusal([...asked("21:17"), "now"]).reason).toBe("config_missing");
    expect(readValidatorConfig(asked("21:17")).agrees).toBe("21:17");
    expect(readValidatorConfig(["--config", path]).agrees).toBeUndefined();
  });

  it("refuses what is no JSON, and never repeats a key", () => {
    writeFileSync(path, `{"key": "${key}"`);
    expect(refusal().reason).toBe("config_not_json");
    write({ key: `${key}00` });
    expect(refusal().message).not.toContain("abab");
  });

  it("learns the network from the bank when it is given none, once and for good", async () => {
    let answer = JSON.stringify(network);
    const bank = createServer((request, response) => {
      response.statusCode = request.url === "/api/network" ? 200 : 404;
      response.end(answer);
    });
    await new Promise<void>((resolve) => bank.listen(0, "127.0.0.1", resolve));
    const { port } = bank.address() as AddressInfo;
    write({ network: undefined, bank: `http://127.0.0.1:${port}` });
    const config = readValidatorConfig(["--config", path]);
    const failure = () => networkOf(config).catch((error: ConfigError) => error.reason);
    answer = "<html>";
    expect(await failure()).toBe("network_invalid");
    answer = JSON.stringify(network);
    expect(await networkOf(config)).toEqual(network);
    bank.close();
    bank.closeAllConnections();
    expect(await networkOf(config)).toEqual(network);
    rmSync(config.folder, { recursive: true });
    expect(await failure()).toBe("network_not_given");
  });

  it("refuses a network whose contracts are not all there", () => {
    const { epochManager: _, ...contracts } = testDeployment.contracts;
    writeNetwork({ ...network, deployment: { ...testDeployment, contracts } });
    expect(refusal().reason).toBe("network_invalid");
  });
});
