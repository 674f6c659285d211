import { readFileSync } from "node:fs";
import { writeDurably } from "@/lib/processes/home";

const isBigint = /^-?\d+n$/;

/** Keeps a process's memory on disk, bigints included: a crash leaves the old state or the new one. */
export function writeState(path: string, state: unknown): void {
  writeDurably(path, stateText(state), 0o600);
}

export const stateText = (state: unknown): string =>
  JSON.stringify(state, (_, v) => (typeof v === "bigint" ? `${v}n` : v));

/** The state last written, bigints restored; undefined when there is none. */
export function readState<T>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return stateOf<T>(text);
}

export const stateOf = <T>(text: string): T =>
  JSON.parse(text, (_, v) => (typeof v === "string" && isBigint.test(v) ? BigInt(v.slice(0, -1)) : v)) as T;
