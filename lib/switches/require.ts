import { eq } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { type SwitchName, switches } from "@/db/schema/installation";
import { AppError } from "@/lib/errors";

/** Refuses when a switch is off or cannot be read. Towards customers, maintenance is worded like a hold. */
export async function requireOn(tx: Executor, name: SwitchName): Promise<void> {
  const [row] = await tx.select({ isOn: switches.isOn }).from(switches).where(eq(switches.name, name));
  if (row?.isOn !== true) throw new AppError("under_review");
}
