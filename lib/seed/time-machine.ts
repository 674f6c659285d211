import { sql } from "drizzle-orm";
import { type PublicClient, testActions } from "viem";
import type { Db } from "@/db/client";
import { failpoint } from "@/lib/failpoint";
import { yearsEndingBetween } from "@/lib/rewards/year-end";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";

/** Moves the bank's clock and the chain's together, forward only; used by the seed and by `demo advance`. */
export type TimeMachine = {
  db: Db;
  client: PublicClient;
};

const test = (client: PublicClient) => client.extend(testActions({ mode: "anvil" }));

/** Whether the chain lets its time be set: our own demo chain does, an outside one does not. */
export async function canTravel(client: PublicClient): Promise<boolean> {
  try {
    await client.request({ method: "anvil_nodeInfo" as never });
    return true;
  } catch {
    return false;
  }
}

/** The chain goes first inside the database's transaction: if it refuses, the bank's clock stays. */
export async function jump({ db, client }: TimeMachine, seconds: number): Promise<Date> {
  if (!Number.isSafeInteger(seconds) || seconds <= 0)
    throw new RangeError("the clock only jumps forward, by whole seconds");
  return await db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ now: string }>(
      sql`select extract(epoch from bank.advance_clock(${seconds}::bigint))::bigint::text as now`,
    );
    const now = Number(rows[0]?.now);
    const head = await client.getBlock();
    const target = BigInt(now) > head.timestamp ? BigInt(now) : head.timestamp + 1n;
    await test(client).setNextBlockTimestamp({ timestamp: target });
    await test(client).mine({ blocks: 1 });
    failpoint("clock.chain-moved");
    return new Date(now * 1000);
  });
}

/**
 * Any way forward, with a halt in the last hour of each year that ends on it: `claimYear` books what the year has earned
 * before it is over. If that fails the clock stays there, and the way can be taken again.
 */
export async function travel(
  machine: TimeMachine,
  seconds: number,
  claimYear: (taxYear: number) => Promise<void>,
): Promise<Date> {
  const from = await bankTime(machine.db);
  const to = new Date(from.getTime() + seconds * 1000);
  const halts = yearsEndingBetween({ from, to }, activeProfile().timeZone);
  if (halts.length === 0) return jump(machine, seconds);
  for (const { taxYear, haltAt } of halts) {
    await moveTo(machine, haltAt);
    await claimYear(taxYear);
  }
  return moveTo(machine, to);
}

async function moveTo(machine: TimeMachine, at: Date): Promise<Date> {
  const now = await bankTime(machine.db);
  const seconds = Math.ceil((at.getTime() - now.getTime()) / 1000);
  return seconds > 0 ? jump(machine, seconds) : now;
}

/** Blocks that carry nothing but finality. */
export const mineEmpty = (client: PublicClient, blocks: number) => test(client).mine({ blocks });
