import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import type { Db } from "@/db/client";
import { batchLines } from "@/lib/ledger/seal/queries";

/** Writes a batch as README.md describes its file. Needs the worker's role, which alone reads the salt. */
export async function writeBatch(
  db: Db,
  { number, path }: { number: bigint; path: string },
): Promise<{ leaves: number; bytes: number }> {
  return db.transaction(
    async (tx) => {
      let [leaves, bytes, file] = [-1, 0, -1];
      try {
        for await (const lines of batchLines(tx, number)) {
          if (file < 0) file = openSync(path, "w");
          const text = Buffer.from(`${lines.join("\n")}\n`);
          for (let at = 0; at < text.length; ) at += writeSync(file, text, at);
          leaves += lines.length;
          bytes += text.length;
        }
        fsyncSync(file);
      } finally {
        if (file >= 0) closeSync(file);
      }
      return { leaves, bytes };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}
