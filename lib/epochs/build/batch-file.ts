import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { env } from "@/lib/env";

/** Where this installation keeps its epochs' batches. */
export const batchFolder = (): string => join(env.home, "epochs");

const piece = 1 << 20;

/** A file that is written from its beginning to its end. */
export interface Part {
  path: string;
  write(lines: readonly string[]): void;
  append(bytes: Uint8Array): void;
  close(): void;
}

export function openPart(path: string): Part {
  const file = openSync(path, "w");
  let isOpen = true;
  return {
    path,
    write(lines) {
      if (lines.length > 0) writeAll(file, Buffer.from(`${lines.join("\n")}\n`));
    },
    append(bytes) {
      writeAll(file, bytes);
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function append(file: number, path: string): void {
  const from = openSync(path, "r");
  try {
    const bytes = Buffer.allocUnsafe(piece);
    for (let n = readSync(from, bytes); n > 0; n = readSync(from, bytes))
      writeAll(file, bytes.subarray(0, n));
  } finally {
    closeSync(from);
  }
}

/** The whole file out of its parts: seen under its name only once all of it is on the disk. */
export function joinParts(path: string, parts: readonly (string | { lines: readonly string[] })[]): void {
  const made = `${path}.new`;
  const file = openSync(made, "w");
  try {
    for (const part of parts) {
      if (typeof part === "string") append(file, part);
      else if (part.lines.length > 0) writeAll(file, Buffer.from(`${part.lines.join("\n")}\n`));
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(made, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** What a build that was cut short has left behind. */
export function clearParts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder))
    if (/\.(new|seals|balances)$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** The names of what is kept; nothing before the first batch. */
export const filesIn = (folder: string): Set<string> =>
  new Set(existsSync(folder) ? readdirSync(folder) : []);
