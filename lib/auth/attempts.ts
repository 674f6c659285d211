import { eq, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { rateWindow } from "@/db/schema/staff";
import { AppError } from "@/lib/errors";

/** Counts one attempt for a key, in a window that all processes share; refuses from the limit on. */
export async function countAttempt(
  db: Executor,
  key: string,
  limit: { attempts: number; windowMinutes: number },
): Promise<void> {
  const isOver = sql`${rateWindow.startedAt} < clock_timestamp() - make_interval(mins => ${limit.windowMinutes}::int)`;
  const [row] = await db
    .insert(rateWindow)
    .values({ key, count: 1 })
    .onConflictDoUpdate({
      target: rateWindow.key,
      set: {
        count: sql`CASE WHEN ${isOver} THEN 1 ELSE ${rateWindow.count} + 1 END`,
        startedAt: sql`CASE WHEN ${isOver} THEN clock_timestamp() ELSE ${rateWindow.startedAt} END`,
      },
    })
    .returning({ count: rateWindow.count });
  if (!row || row.count > limit.attempts) throw new AppError("rate_limited");
}

/** An attempt that was right counts for nobody else at the same address. */
export async function giveAttemptBack(db: Executor, key: string): Promise<void> {
  await db
    .update(rateWindow)
    .set({ count: sql`greatest(${rateWindow.count} - 1, 0)` })
    .where(eq(rateWindow.key, key));
}

/** A success clears the count, so that a person who remembered is not locked out by earlier slips. */
export async function clearAttempts(db: Executor, key: string): Promise<void> {
  await db.update(rateWindow).set({ count: 0 }).where(eq(rateWindow.key, key));
}
