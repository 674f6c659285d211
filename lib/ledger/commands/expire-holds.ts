import { sql } from "drizzle-orm";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { postMany } from "@/lib/ledger/posting";
import { holdExpired } from "@/lib/ledger/recipes/hold-expired";

const atOnce = 500;

/**
 * Gives back what is on hold beyond its time. Run twice or by two at once, each hold ends once. A conversion's is left
 * alone: its tokens may be on their way, so only what the chain said ends it.
 */
export async function expireHolds({ actor, requestId, db }: CommandContext): Promise<number> {
  requirePermission(actor, "ledger:keep");
  for (let expired = 0; ; ) {
    const { rows } = await db.execute<{ pendingId: string; hold: string; seq: number }>(sql`
      SELECT p.id::text AS "pendingId", e.key AS hold, p.seq FROM ledger.open_hold h
      JOIN ledger.pending p ON p.id = h.pending_id JOIN ledger.event e ON e.id = p.event_id
      WHERE h.expires_at <= bank.now() AND e.kind <> 'conversion-requested' ORDER BY h.expires_at LIMIT ${atOnce}`);
    const answers = await postMany(
      db,
      rows.map((hold) => ({ ...holdExpired(hold), actor, requestId })),
    );
    const now = answers.filter(({ outcome }) => outcome === "posted").length;
    expired += now;
    if (rows.length < atOnce || now === 0) return expired;
  }
}
