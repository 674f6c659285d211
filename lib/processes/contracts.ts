import { readFileSync } from "node:fs";

/** The hash over all bytecode of this build, as tools/abi.mjs wrote it. */
export function bytecodeHash(): string {
  const { hash } = JSON.parse(readFileSync(new URL("../chain/bytecode.json", import.meta.url), "utf8")) as {
    hash: string;
  };
  return hash;
}
