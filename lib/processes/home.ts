import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { failpoint } from "@/lib/failpoint";

/** Where one installation keeps everything that is not code. */
export interface Home {
  folder: string;
  lock: string;
  installation: string;
  secrets: string;
  runtime: string;
  deployment: string;
  /** what validators know of the chain */
  network: string;
  people: string;
  logs: string;
  postgres: string;
  /** base backups, and the write-ahead log since */
  backups: string;
  walArchive: string;
  chainState: string;
  chainSaved: string;
}

export function homeAt(root: string, folder = process.env.GRANARY_HOME || ".granary"): Home {
  const at = isAbsolute(folder) ? folder : join(root, folder);
  return {
    folder: at,
    lock: join(at, "lock"),
    installation: join(at, "installation.json"),
    secrets: join(at, "secrets.json"),
    runtime: join(at, "runtime.json"),
    deployment: join(at, "deployment.json"),
    network: join(at, "network.json"),
    people: join(at, "people.json"),
    logs: join(at, "logs"),
    postgres: join(at, "pg"),
    backups: join(at, "backups"),
    walArchive: join(at, "wal-archive"),
    chainState: join(at, "chain", "state.json.gz"),
    chainSaved: join(at, "chain", "saved.json"),
  };
}

/** Temp file, fsync, rename, fsync of the folder: a crash leaves the old file or the new one, whole. */
export function writeDurably(path: string, data: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, "w", mode);
  try {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    failpoint("file.draft-written");
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  failpoint("file.draft-synced");
  renameSync(draft, path);
  failpoint("file.renamed");
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export const writeJson = (path: string, value: unknown, mode?: number): void =>
  writeDurably(path, `${JSON.stringify(value, null, 2)}\n`, mode);

export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as T;
}
