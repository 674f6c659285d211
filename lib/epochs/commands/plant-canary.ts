import { existsSync } from "node:fs";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import type { Hex } from "viem";
import { epochBatch } from "@/db/schema/chain";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { env } from "@/lib/env";
import { writeCanary } from "@/lib/epochs/build/canary-batch";
import { canaryFault } from "@/lib/epochs/canary";
import type { Batch } from "@/lib/epochs/commands/build-batch";

const hex = (bytes: Buffer): Hex => `0x${bytes.toString("hex")}`;

/**
 * The faulty batch that validators are shown in place of an honest one; the one made before for the same seal is taken.
 * Undefined when nothing in the batch can be wrong. The file first, then the row: a crash between leaves a file that is
 * written over.
 */
export async function plantCanary(
  ctx: CommandContext,
  { honest, folder }: { honest: Batch; folder: string },
): Promise<Batch | undefined> {
  requirePermission(ctx.actor, "epoch:propose");
  const { chainId, number, seal } = honest;
  const [known] = await ctx.db
    .select()
    .from(epochBatch)
    .where(
      and(
        eq(epochBatch.chainId, chainId),
        eq(epochBatch.number, number),
        eq(epochBatch.seal, seal),
        eq(epochBatch.isCanary, true),
      ),
    );
  if (known && existsSync(join(folder, known.file))) return known;
  const made = await writeCanary({
    folder,
    honest,
    draw: canaryFault(env.blindIndexKey, { chainId, number }),
  });
  if (!made || known) return known;
  const canary: Batch = {
    ...honest,
    isCanary: true,
    file: made.file,
    manifest: made.manifest,
    entriesRoot: hex(made.entriesRoot),
    entriesDigest: hex(made.entriesDigest),
    liabilitiesRoot: hex(made.liabilitiesRoot),
    liabilitiesMicros: made.liabilitiesMicros,
  };
  await ctx.db.transaction(async (tx) => {
    await tx.insert(epochBatch).values(canary).onConflictDoNothing();
  });
  return canary;
}
