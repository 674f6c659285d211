#!/usr/bin/env node
// Compares the storage of the upgradeable contracts with contracts/layout, which is what lives on chain: exit 1 where an
// upgrade would misread it. With --write the committed layout becomes today's: after a release, never to silence the check.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import {
  assertStorageUpgradeSafe,
  assertUpgradeSafe,
  getContractVersion,
  getStorageLayout,
  makeNamespacedInput,
  solcInputOutputDecoder,
  validate,
} from "@openzeppelin/upgrades-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const proxied = ["IdentityRegistry", "ReserveRegistry", "StateToken", "ValidatorRegistry"];
const options = { kind: "uups", unsafeAllow: [], unsafeAllowCustomTypes: false, unsafeAllowRenames: false };

const listenersBefore = new Map(
  ["uncaughtException", "unhandledRejection"].map((name) => [name, process.listeners(name)]),
);
const solc = createRequire(import.meta.url)("solc");
for (const [name, before] of listenersBefore)
  for (const listener of process.listeners(name))
    if (!before.includes(listener)) process.removeListener(name, listener);

const sourceOf = (name) => {
  const file = name.startsWith("@") ? `${root}node_modules/${name}` : `${root}contracts/${name}`;
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `not found: ${name}` };
};

function compile(input) {
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: sourceOf }));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output;
}

/** The layouts as the compiler has them now. Without the optimizer: storage does not depend on it. */
function layouts() {
  const sources = {};
  const add = (name) => {
    if (sources[name]) return;
    const content = sourceOf(name).contents;
    if (content === undefined) throw new Error(`${name} is not there`);
    sources[name] = { content };
    for (const [, path] of content.matchAll(/^\s*(?:import|\} from)[^"';]*["']([^"']+)["']/gm))
      add(path.startsWith(".") ? new URL(path, `file:///${name}`).pathname.slice(1) : path);
  };
  for (const name of proxied) add(`src/${name}.sol`);
  const input = {
    language: "Solidity",
    sources,
    settings: {
      evmVersion: "cancun",
      outputSelection: {
        "*": { "": ["ast"], "*": ["storageLayout"] },
        ...Object.fromEntries(proxied.map((name) => [`src/${name}.sol`, { [name]: ["evm.bytecode"] }])),
      },
    },
  };
  const output = compile(input);
  for (const file of Object.values(output.contracts))
    for (const contract of Object.values(file))
      contract.evm ??= { bytecode: { object: "", linkReferences: {} } };
  const version = solc.version();
  const namespaced = compile(makeNamespacedInput(input, output, version));
  const run = validate(output, solcInputOutputDecoder(input, output), version, input, namespaced);
  return proxied.map((name) => {
    const contract = getContractVersion(run, `src/${name}.sol:${name}`);
    assertUpgradeSafe([run], contract, options);
    return { name, layout: getStorageLayout([run], contract) };
  });
}

const committed = (name) => `${root}contracts/layout/${name}.json`;
/** What tells nothing about storage, and differs from machine to machine. */
const bare = (layout) =>
  `${JSON.stringify(layout, (key, value) => (["src", "astId", "solcVersion"].includes(key) ? undefined : value), 2)}\n`;

let broken = false;
for (const { name, layout } of layouts()) {
  const file = committed(name);
  if (process.argv.includes("--write")) {
    mkdirSync(`${root}contracts/layout`, { recursive: true });
    writeFileSync(file, bare(layout));
    console.log(`wrote contracts/layout/${name}.json`);
    continue;
  }
  try {
    assertStorageUpgradeSafe(JSON.parse(readFileSync(file, "utf8")), layout, options);
    console.log(`${name}: storage fits what is deployed`);
  } catch (error) {
    console.error(`${name}: an upgrade would misread storage.\n${error.message}`);
    broken = true;
  }
}
process.exit(broken ? 1 : 0);
