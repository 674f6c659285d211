// Finds a browser for the tests, or unpacks the one that npm brought; a bare machine needs nothing more.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** The browser's path, and what its environment must hold. */
export async function findBrowser() {
  if (process.env.CHROME) {
    if (!fs.existsSync(process.env.CHROME))
      throw new Error(`CHROME names ${process.env.CHROME}, which does not exist.`);
    return { path: process.env.CHROME, env: {}, source: "CHROME" };
  }
  const found = installed.find((file) => fs.existsSync(file));
  if (found) return { path: found, env: {}, source: "system" };
  return unpackBrowser();
}

/** @sparticuz/chromium is a Linux x64 build with its libraries beside it. */
export async function unpackBrowser() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No browser was found: install Chromium or Chrome, or set CHROME to one.");
  }
  const folder = path.join(root, "node_modules", "@sparticuz", "chromium");
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const home = path.join(root, "node_modules", ".cache", "granary", `chromium-${version}`);
  if (!fs.existsSync(home)) {
    const draft = `${home}.${process.pid}`;
    fs.mkdirSync(draft, { recursive: true });
    const { extract } = createRequire(fs.realpathSync(path.join(folder, "package.json")))("tar-fs");
    const from = (name) => fs.createReadStream(path.join(folder, "bin", name), { highWaterMark: 1 << 20 });
    await pipeline(
      from("chromium.br"),
      createBrotliDecompress(),
      fs.createWriteStream(path.join(draft, "chromium"), { mode: 0o755 }),
    );
    for (const name of ["swiftshader.tar.br", "fonts.tar.br", "al2023.tar.br"]) {
      const into = name.startsWith("swiftshader") ? draft : path.join(draft, name.split(".")[0]);
      await pipeline(from(name), createBrotliDecompress(), extract(into));
    }
    try {
      fs.renameSync(draft, home);
    } catch (error) {
      fs.rmSync(draft, { recursive: true, force: true });
      if (!fs.existsSync(home)) throw error;
    }
  }
  const executable = path.join(home, "chromium");
  const env = {};
  if (missesLibraries(executable)) env.LD_LIBRARY_PATH = path.join(home, "al2023", "lib");
  if (!fs.existsSync("/etc/fonts/fonts.conf")) env.FONTCONFIG_PATH = fontsIn(path.join(home, "fonts"));
  return { path: executable, env, source: `npm ${version}` };
}

function missesLibraries(executable) {
  try {
    return execFileSync("ldd", [executable], { encoding: "utf8" }).includes("not found");
  } catch {
    return true;
  }
}

/** The folder that holds fonts.conf, wherever the archive put it. */
const fontsIn = (folder) =>
  [folder, path.join(folder, "fonts")].find((at) => fs.existsSync(path.join(at, "fonts.conf"))) ?? folder;

/** Needed as root and in containers; nothing of a test depends on them. */
export const browserArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];
