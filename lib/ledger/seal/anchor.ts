import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { env } from "@/lib/env";
import { failpoint } from "@/lib/failpoint";
import type { SetAside } from "@/lib/ledger/seal/chain-heads";
import { type AnchoredHead, anchorFormat, decodeAnchored, encodeAnchored } from "@/lib/ledger/seal/format";
import { readAnchor } from "@/lib/ledger/seal/verify-batch";
import { writeDurably } from "@/lib/processes/home";

/** The heads of the log, outside the database: whoever rewrites history there cannot rewrite it here. */
export const anchorFile = (folder: string): string => join(folder, "heads.jsonl");

/** Where this installation keeps it. */
export const sealFolder = (): string => join(env.home, "seals");

export const hasAnchor = (folder: string): boolean => existsSync(anchorFile(folder));

/** Whole and on disk at once. The first line is there before the first seal: a file that is missing was taken away. */
export function writeAnchor(
  folder: string,
  { bankId, at, reason, heads = [] }: { bankId: string; at: Date; reason?: string; heads?: AnchoredHead[] },
): void {
  const first = [anchorFormat, bankId, at.toISOString(), ...(reason === undefined ? [] : [reason])];
  writeDurably(anchorFile(folder), `${[JSON.stringify(first), ...heads.map(encodeAnchored)].join("\n")}\n`);
}

/** Keeps a second name of the file, under which it stays when another takes its place. */
export function setAnchorAside(folder: string, at: Date): string | undefined {
  if (!hasAnchor(folder)) return undefined;
  const aside = join(folder, `heads.${at.toISOString().replaceAll(":", "-")}.jsonl`);
  linkSync(anchorFile(folder), aside);
  return aside;
}

/** The files that took turns before this one, oldest first, each with the reason that its successor names. */
export function setAsideFiles(folder: string): SetAside[] {
  const names = readdirSync(folder)
    .filter((name) => /^heads\..+\.jsonl$/.test(name))
    .sort();
  const texts = [...names, "heads.jsonl"].map((name) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  });
  return names.map((name, at) => {
    const { heads, findings } = readAnchor(texts[at] as string);
    // a file that contradicts itself explains nothing
    return {
      name,
      reason: reasonIn(texts[at + 1] as string),
      heads: findings.length === 0 ? heads : new Map(),
    };
  });
}

function reasonIn(text: string): string {
  try {
    const [, , , reason] = JSON.parse(text.split("\n")[0] as string) as unknown[];
    return typeof reason === "string" ? reason : "";
  } catch {
    return "";
  }
}

/** longer than any line */
const tailBytes = 4096;

/** The head anchored last. A line that a crash cut short was never anchored, and is taken away. */
export function lastAnchored(folder: string): AnchoredHead | undefined {
  const file = openSync(anchorFile(folder), "r+");
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(0x0a) + 1;
    if (end === 0) throw new Error(`${anchorFile(folder)} is not an anchor file`);
    if (end < tail.length) {
      ftruncateSync(file, size - tail.length + end);
      fsyncSync(file);
    }
    const lines = tail
      .subarray(0, end - 1)
      .toString()
      .split("\n");
    const isFirst = lines.length === 1 && size <= tailBytes;
    return isFirst ? undefined : decodeAnchored(lines.at(-1) as string);
  } finally {
    closeSync(file);
  }
}

export function appendHeads(folder: string, heads: readonly AnchoredHead[]): void {
  const file = openSync(anchorFile(folder), "a");
  try {
    const bytes = Buffer.from(heads.map((head) => `${encodeAnchored(head)}\n`).join(""));
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    failpoint("anchor.written");
    fsyncSync(file);
    failpoint("anchor.synced");
  } finally {
    closeSync(file);
  }
}
