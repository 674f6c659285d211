import { asc, sql } from "drizzle-orm";
import { seal } from "@/db/schema/ledger";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { setAnchorAside, writeAnchor } from "@/lib/ledger/seal/anchor";
import { oneAnchorAtATime } from "@/lib/ledger/seal/commands/seal-books";
import { toHex } from "@/lib/ledger/seal/format";
import { bankTime } from "@/lib/state-profile/queries";

/**
 * A person says that the books are right and the anchor file is not: after a restore, which took back what had been
 * anchored, or when the file was lost. The old file is kept beside the new one; the new one names the reason.
 */
export async function renewAnchor(
  ctx: CommandContext,
  { folder, reason }: { folder: string; reason: string },
): Promise<{ heads: number; setAside: string | undefined }> {
  requirePermission(ctx.actor, "ledger:seal");
  const at = await bankTime(ctx.db);
  return ctx.db.transaction(async (tx) => {
    const { rows: bank } = await tx.execute<{ id: string }>(
      sql`SELECT bank.home_bank() AS id FROM pg_advisory_xact_lock(${oneAnchorAtATime})`,
    );
    const rows = await tx
      .select({ number: seal.number, nodes: seal.nodes, head: seal.head })
      .from(seal)
      .orderBy(asc(seal.number));
    const heads = rows.map(({ number, nodes, head }) => ({
      number,
      head: toHex(head),
      leaf: toHex(nodes.subarray(0, 32)),
    }));
    await recordAudit(tx, ctx, {
      command: "renew-anchor",
      subject: `seal:${heads.at(-1)?.number ?? 0n}`,
      permission: "ledger:seal",
      detail: { reason },
    });
    const setAside = setAnchorAside(folder, at);
    writeAnchor(folder, { bankId: bank[0]?.id as string, at, reason, heads });
    return { heads: heads.length, setAside };
  });
}
