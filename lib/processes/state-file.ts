import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const isBigint = /^-?\d+n$/;

/** Writes by temp file, fsync and rename, so that a crash leaves the old state or the new one. */
export function writeState(path: string, state: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(
      file,
      JSON.stringify(state, (_, v) => (typeof v === "bigint" ? `${v}n` : v)),
    );
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The state last written, bigints restored; undefined when there is none. */
export function readState<T>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return JSON.parse(text, (_, v) =>
    typeof v === "string" && isBigint.test(v) ? BigInt(v.slice(0, -1)) : v,
  ) as T;
}
