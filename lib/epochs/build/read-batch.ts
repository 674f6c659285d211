import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import type { Hex } from "viem";
import type { Executor } from "@/db/client";
import { epochBatch } from "@/db/schema/chain";
import { linesIn } from "@/lib/epochs/format/lines";
import { AppError } from "@/lib/errors";

const pieceBytes = 1 << 20;

interface Kept {
  db: Executor;
  folder: string;
}

/** The bytes of a batch in the bank's own folder, by the root of its entries. Refuses: a root that no kept batch has. */
export async function keptBytes({ db, folder }: Kept, entriesRoot: Hex): Promise<AsyncIterable<Uint8Array>> {
  const [batch] = await db
    .select({ file: epochBatch.file })
    .from(epochBatch)
    .where(eq(epochBatch.entriesRoot, entriesRoot));
  const path = batch && join(folder, batch.file);
  if (!path || !existsSync(path)) throw new AppError("not_found");
  return createReadStream(path, { highWaterMark: pieceBytes });
}

/** The same, line by line. */
export async function* keptBatch(kept: Kept, entriesRoot: Hex): AsyncGenerator<string> {
  yield* linesIn(await keptBytes(kept, entriesRoot));
}
