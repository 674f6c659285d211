// adds lock entries for optional platform packages that the registry did not have when the lock was made
import fs from "node:fs";

const f = process.argv[2] ?? "package-lock.json";
const l = JSON.parse(fs.readFileSync(f, "utf8"));
let n = 0;
const OS = {
  linux: "linux",
  linuxmusl: "linux",
  darwin: "darwin",
  win32: "win32",
  freebsd: "freebsd",
  android: "android",
  openharmony: "openharmony",
};
for (const [path, p] of Object.entries(l.packages))
  for (const [name, spec] of Object.entries(p.optionalDependencies ?? {})) {
    let base = path;
    let found = false;
    for (;;) {
      const k = `${base ? `${base}/` : ""}node_modules/${name}`;
      if (l.packages[k]) {
        found = true;
        break;
      }
      if (!base) break;
      base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1));
    }
    if (found || !/^\d/.test(spec)) {
      if (!found) console.log("not pinned", name, spec);
      continue;
    }
    const parts = name.split(/[-/]/);
    const os = parts.map((x) => OS[x]).find(Boolean);
    l.packages[`node_modules/${name}`] = {
      version: spec,
      optional: true,
      ...(p.dev ? { dev: true } : {}),
      os: [os ?? "none"],
      cpu: [
        parts.includes("x64") || parts.includes("amd64")
          ? "x64"
          : parts.includes("arm64")
            ? "arm64"
            : parts.includes("arm")
              ? "arm"
              : "wasm32",
      ],
    };
    n++;
    console.log("added", name, spec);
  }
const root = l.packages[""];
l.packages = {
  "": root,
  ...Object.fromEntries(
    Object.entries(l.packages)
      .filter(([k]) => k)
      .sort(([a], [b]) => a.localeCompare(b, "en")),
  ),
};
fs.writeFileSync(f, `${JSON.stringify(l, null, 2)}\n`);
console.log(n, "added");
