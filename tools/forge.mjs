#!/usr/bin/env node
// Runs forge inside contracts/: from its npm package where there is one for this platform, else from PATH.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const architecture = { x64: "amd64", arm64: "arm64" }[arch()] ?? arch();
const packaged = `${root}node_modules/@foundry-rs/forge-${platform()}-${architecture}/bin/forge`;
const forge = existsSync(packaged) ? packaged : "forge";

const child = spawn(forge, process.argv.slice(2), { cwd: `${root}contracts`, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("error", () => {
  console.error(
    "forge was not found: install Foundry (https://getfoundry.sh) or run npm install on Linux x64.",
  );
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
