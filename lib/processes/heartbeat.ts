import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { heartbeat } from "@/db/schema/installation";

const everyMs = 2_000;
const never = Number.NEGATIVE_INFINITY;
/** when each was last heard, never for one that told something: that is to be taken back at once */
const last = new Map<string, number>();

/** Says that a process lives, at most every two seconds unless it has something to tell. */
export async function beat(db: Db, process: string, detail: Record<string, unknown> = {}): Promise<void> {
  const told = Object.keys(detail).length > 0;
  if (!told && performance.now() - (last.get(process) ?? never) < everyMs) return;
  last.set(process, told ? never : performance.now());
  await db
    .insert(heartbeat)
    .values({ process, detail })
    .onConflictDoUpdate({ target: heartbeat.process, set: { at: sql`clock_timestamp()`, detail } });
}
