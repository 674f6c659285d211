import { eq, sql } from "drizzle-orm";
import { type Address, encodeFunctionData } from "viem";
import { cheat as cheatTable } from "@/db/schema/cheats";
import { stakingAbi } from "@/lib/chain/abi";
import { enqueue, intentByKey } from "@/lib/chain/outbox";
import type { Cheat, CheatTools, Way } from "@/lib/cheats/play";

const triesOf = ({ kept }: Cheat) => Number(kept.tries ?? "1");
const patienceMs = 30_000;

/** Whoever is owed most, so that there is tax to be short of. */
async function owedMost(
  wallets: readonly Address[],
  { client, deployment }: CheatTools,
): Promise<{ address: Address; operatorId: number } | undefined> {
  const staking = { address: deployment.contracts.staking, abi: stakingAbi } as const;
  const operatorIds = await client.readContract({ ...staking, functionName: "operatorIds" });
  let best: { address: Address; operatorId: number; gross: bigint } | undefined;
  for (const address of wallets)
    for (const operatorId of operatorIds) {
      const { claimableGross: gross } = await client.readContract({
        ...staking,
        functionName: "stakeOf",
        args: [address, operatorId],
      });
      if (gross > (best?.gross ?? 0n)) best = { address, operatorId, gross };
    }
  return best;
}

/** Pays a resident a reward, withholds what is due, and then shows the validators half of the federal line. */
export const shortenTax: Way = {
  amountMicros: 0n,
  async prepare(ctx, cheat, tools) {
    const businessKey = `cheat:${cheat.id}:claim:${triesOf(cheat)}`;
    const known = await intentByKey(ctx.db, businessKey);
    if (known) {
      if (Date.now() - known.createdAt.getTime() < patienceMs) return;
      // it failed, or its payout was shown before it could be changed
      const kept = { ...cheat.kept, tries: String(triesOf(cheat) + 1) };
      await ctx.db.update(cheatTable).set({ kept }).where(eq(cheatTable.id, cheat.id));
      return;
    }
    // who was taxed before is taxed again
    const { rows } = await ctx.db.execute<{ address: Address }>(sql`
      SELECT w.address FROM bank.wallet w WHERE w.status IN ('verified', 'refresh_needed')
        AND coalesce(w.rate_class, 0) >> 16 > 0 ORDER BY w.created_at, w.id LIMIT 20`);
    const owed = await owedMost(
      rows.map(({ address }) => address),
      tools,
    );
    if (!owed) return;
    await ctx.db.transaction((tx) =>
      enqueue(tx, {
        kind: "claim.push",
        businessKey,
        sender: "remitter",
        to: tools.deployment.contracts.staking,
        data: encodeFunctionData({
          abi: stakingAbi,
          functionName: "claimFor",
          args: [owed.address, owed.operatorId],
        }),
        requestId: ctx.requestId,
      }),
    );
  },
  async play(tx) {
    const { rows } = await tx.execute<{ id: string; due: string; short: string }>(sql`
      WITH fresh AS (
        SELECT p.id, p.federal_micros AS due, p.federal_micros - div(p.federal_micros, 2) AS short FROM chain.payout p
        WHERE p.federal_micros > 1 AND p.block_number > (SELECT coalesce(max(b.block), 0) FROM chain.epoch_batch b)
        ORDER BY p.block_number, p.log_index LIMIT 1
      )
      UPDATE chain.payout p SET federal_micros = p.federal_micros - fresh.short, net_micros = p.net_micros + fresh.short
      FROM fresh WHERE p.id = fresh.id RETURNING p.id::text, fresh.due::text, fresh.short::text`);
    const [row] = rows;
    if (!row) return undefined;
    return {
      amountMicros: BigInt(row.short),
      told: { due: row.due, paid: String(BigInt(row.due) - BigInt(row.short)) },
      kept: { payout: row.id, short: row.short },
    };
  },
  async undo(tx, { kept }) {
    await tx.execute(sql`
      UPDATE chain.payout SET federal_micros = federal_micros + ${kept.short}::numeric,
        net_micros = net_micros - ${kept.short}::numeric WHERE id = ${kept.payout}::uuid`);
  },
};
