import { sql } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { env } from "@/lib/env";
import { stateProfile } from "@/lib/state-profile/profile";
import { civilDateIn } from "@/lib/time/civil-date";

/** The profile of this installation, from GRANARY_STATE and GRANARY_MODE. */
export const activeProfile = () => stateProfile(env.state, env.mode);

/** The bank's clock: everything that is dated goes by it, and never by the machine's. */
export async function bankTime(db: Executor = dbFor("app")): Promise<Date> {
  const { rows } = await db.execute<{ now: string }>(sql`select bank.now()::text as now`);
  return new Date(rows[0]?.now as string);
}

/** The year on the bank's calendar. */
export const bankYear = async (db?: Executor): Promise<number> =>
  Number(civilDateIn(await bankTime(db), activeProfile().timeZone).slice(0, 4));
