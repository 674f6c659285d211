import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Hex } from "viem";
import { z } from "zod";
import { readAgreement } from "@/lib/processes/agreed-restore";
import { writeDurably } from "@/lib/processes/home";
import { type Network, parseNetwork } from "@/lib/processes/network";

/** Why a validator does not start: one word, and one sentence for its operator. */
export class ConfigError extends Error {
  override name = "ConfigError";
  constructor(
    readonly reason:
      | "config_missing"
      | "config_unreadable"
      | "config_not_json"
      | "config_invalid"
      | "key_missing"
      | "key_twice"
      | "key_unreadable"
      | "key_invalid"
      | "network_unreadable"
      | "network_invalid"
      | "network_not_given"
      | "demo_only"
      | "folder_in_use"
      | "agreement_unclear",
    sentence: string,
  ) {
    super(sentence);
  }
}

const url = z.url({ protocol: /^https?$/ });
const text = z.string().min(1);
const isKey = (value: string) => /^0x[0-9a-fA-F]{64}$/.test(value);

/** Every field, with what it must hold. */
const fields = {
  mode: [z.enum(["demo", "production"]), "demo or production"],
  operatorId: [z.number().int().min(1).max(255), "the operator's number, 1 to 255"],
  chain: [url, "the address of the chain's JSON-RPC, such as http://127.0.0.1:8545"],
  bank: [url, "the bank's address, such as https://bank.example"],
  key: [z.string().optional(), "the signing key: 32 bytes as 0x and 64 hex digits"],
  keyFile: [text.optional(), "the path of a file that holds the signing key"],
  folder: [text, "the folder for what it executes, commits and signs"],
  port: [z.number().int().min(1).max(65_535), "the port of its status page"],
  host: [text.default("127.0.0.1"), "the address it listens on"],
  network: [text.optional(), "the path of the network's file; without it the bank is asked for it, once"],
  finalityFile: [text.optional(), "the path of the demo chain's saved.json"],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

const shape = z.strictObject(
  Object.fromEntries(Object.entries(fields).map(([name, [type]]) => [name, type])) as {
    [Name in keyof typeof fields]: (typeof fields)[Name][0];
  },
);

/** As it is written into the file. */
export type ValidatorFile = z.input<typeof shape>;

export interface ValidatorConfig {
  mode: "demo" | "production";
  operatorId: number;
  chain: string;
  bank: string;
  key: Hex;
  folder: string;
  port: number;
  host: string;
  network: Network | undefined;
  finalityFile: string | undefined;
  /** not to be started: what its operator agrees to is only written into its folder */
  agrees: string | undefined;
}

/** Reads `--config <file> [--agree-restore <after>:<to>]`; paths in the file are as seen from it. */
export function readValidatorConfig(argv: readonly string[]): ValidatorConfig {
  const [flag, path, more, agreed] = argv;
  if (flag !== "--config" || !path || (more !== undefined && more !== "--agree-restore") || argv.length > 4)
    throw new ConfigError(
      "config_missing",
      "Say which operator it is: npm run validator -- --config operator.json",
    );
  if (more && !readAgreement(agreed ?? ""))
    throw new ConfigError(
      "agreement_unclear",
      "Say after which epoch, and back to which: --agree-restore 21:17. `epoch books` of the bank's command line names both.",
    );
  const raw = read(path, "config_unreadable");
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    throw new ConfigError("config_not_json", `${path} is not JSON.`);
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) throw new ConfigError("config_invalid", `${path}: ${firstFault(parsed.error.issues)}`);
  const { key: given, keyFile, network: networkPath, ...rest } = parsed.data;
  const beside = (file: string) => resolve(dirname(path), file);
  if (rest.mode === "production" && rest.finalityFile !== undefined)
    throw new ConfigError(
      "demo_only",
      "finalityFile is a demo's idea of finality: leave it out in production.",
    );
  return {
    ...rest,
    agrees: agreed,
    key: keyOf({ given, keyFile: keyFile === undefined ? undefined : beside(keyFile) }),
    folder: beside(rest.folder),
    network:
      networkPath === undefined
        ? undefined
        : networkFor(rest.mode, read(beside(networkPath), "network_unreadable")),
    finalityFile: rest.finalityFile === undefined ? undefined : beside(rest.finalityFile),
  };
}

function networkFor(mode: ValidatorConfig["mode"], text: string): Network {
  const network = parseNetwork(text);
  if (!network) throw new ConfigError("network_invalid", "What was given as the network's file is none.");
  if (mode === "production" && network.deployment.chainId === 31_337)
    throw new ConfigError("demo_only", "Chain 31337 is a development chain: production runs on another.");
  return network;
}

const answerMs = 8_000;

/** The network of the config, else the one once learned from the bank: what was learned first holds. */
export async function networkOf({ mode, bank, folder, network }: ValidatorConfig): Promise<Network> {
  if (network) return network;
  const kept = join(folder, "network.json");
  if (existsSync(kept)) return networkFor(mode, read(kept, "network_unreadable"));
  const answer = await fetch(new URL("/api/network", bank), {
    redirect: "error",
    signal: AbortSignal.timeout(answerMs),
  }).catch(() => undefined);
  if (!answer?.ok)
    throw new ConfigError("network_not_given", `The bank at ${bank} did not tell its network.`);
  const text = await answer.text();
  const learned = networkFor(mode, text);
  writeDurably(kept, text);
  return learned;
}

function read(path: string, reason: "config_unreadable" | "network_unreadable" | "key_unreadable"): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(reason, `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

function keyOf({ given, keyFile }: { given: string | undefined; keyFile: string | undefined }): Hex {
  if (given !== undefined && keyFile !== undefined)
    throw new ConfigError("key_twice", "Give the signing key as key or as keyFile, not as both.");
  if (given === undefined && keyFile === undefined)
    throw new ConfigError("key_missing", "Give the signing key as key, or the path of its file as keyFile.");
  const key = (given ?? read(keyFile ?? "", "key_unreadable")).trim();
  // the key itself never stands in a message
  if (!isKey(key))
    throw new ConfigError("key_invalid", "The signing key is not 32 bytes as 0x and 64 hex digits.");
  return key as Hex;
}

function firstFault(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue?.code === "unrecognized_keys") return `"${issue.keys[0]}" is not a field of it.`;
  const name = String(issue?.path[0] ?? "");
  const known = fields[name as keyof typeof fields];
  return known ? `"${name}" must hold ${known[1]}.` : "it must be one JSON object.";
}
