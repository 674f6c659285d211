#!/usr/bin/env node
// forge expects a native solc; this answers the two calls forge makes with the WebAssembly build from npm.
const fs = require("node:fs");
const path = require("node:path");

const packageFile = require.resolve("solc/package.json");
const packageVersion = JSON.parse(fs.readFileSync(packageFile, "utf8")).version;
const versionCache = path.join(path.dirname(packageFile), "../.cache/solc-wasm", `${packageVersion}.version`);

function loadSolc() {
  const names = ["uncaughtException", "unhandledRejection"];
  const before = new Map(names.map((name) => [name, process.listeners(name)]));
  const solc = require("solc");
  // soljson installs handlers that swallow errors
  for (const name of names) {
    for (const listener of process.listeners(name)) {
      if (!before.get(name).includes(listener)) process.removeListener(name, listener);
    }
  }
  return solc;
}

function write(text) {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += fs.writeSync(1, bytes, offset);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function version() {
  try {
    return fs.readFileSync(versionCache, "utf8");
  } catch {
    const text = loadSolc().version();
    fs.mkdirSync(path.dirname(versionCache), { recursive: true });
    const draft = `${versionCache}.${process.pid}`;
    fs.writeFileSync(draft, text);
    fs.renameSync(draft, versionCache);
    return text;
  }
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

if (process.argv.includes("--version")) {
  write(`solc, the solidity compiler commandline interface\nVersion: ${version()}\n`);
} else if (process.argv.includes("--standard-json")) {
  const roots = [option("--base-path"), option("--include-path"), process.cwd()].filter(Boolean);
  const readImport = (name) => {
    for (const root of roots) {
      const file = path.resolve(root, name);
      if (fs.existsSync(file)) return { contents: fs.readFileSync(file, "utf8") };
    }
    return { error: `not found: ${name}` };
  };
  write(loadSolc().compile(fs.readFileSync(0, "utf8"), { import: readImport }));
} else {
  process.stderr.write(`solc-wasm: unknown call: ${process.argv.slice(2).join(" ")}\n`);
  process.exit(1);
}
