import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@/lib/processes/home";

/**
 * What an operator agreed to when the bank's books were lost behind an epoch that it had signed: that the epoch after `after`
 * begins where `to` ended. It holds for that one link; all else is judged as ever.
 */
export interface AgreedRestore {
  after: bigint;
  to: bigint;
}

const pathIn = (folder: string) => join(folder, "agreed-restore.json");

/** "21:17": after epoch 21, back to epoch 17; undefined when it says something else. */
export function readAgreement(text: string): AgreedRestore | undefined {
  const [, after, to] = /^([1-9]\d{0,17}):([1-9]\d{0,17})$/.exec(text) ?? [];
  if (!after || !to || BigInt(to) >= BigInt(after)) return undefined;
  return { after: BigInt(after), to: BigInt(to) };
}

export function agree(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeDurably(pathIn(folder), `${JSON.stringify(text)}\n`, 0o600);
}

export function agreedIn(folder: string): AgreedRestore | undefined {
  const path = pathIn(folder);
  return existsSync(path) ? readAgreement(JSON.parse(readFileSync(path, "utf8")) as string) : undefined;
}
