import { asc } from "drizzle-orm";
import { dbFor, type Executor } from "@/db/client";
import { type SwitchName, switches } from "@/db/schema/installation";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";

export type SwitchView = {
  name: SwitchName;
  isOn: boolean;
  reason: string | null;
  changedBy: string;
  changedAt: Date;
};

export async function listSwitches(actor: Actor, db: Executor = dbFor("app")): Promise<SwitchView[]> {
  requirePermission(actor, "switch:read");
  return db.select().from(switches).orderBy(asc(switches.name));
}
