import { inArray } from "drizzle-orm";
import { staff } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";

/** The name of the staff member who asks. */
export async function staffName(ctx: CommandContext): Promise<string> {
  if (ctx.actor.kind !== "staff") throw new AppError("not_allowed");
  const own = `staff:${ctx.actor.staffId}`;
  return (await namesOfActors(ctx, [own])).get(own) ?? "Staff";
}

/** Names for the actors of audit rows, approvals and switches, as they are written there. */
export async function namesOfActors(
  ctx: CommandContext,
  actors: readonly (string | null)[],
): Promise<Map<string, string>> {
  if (ctx.actor.kind !== "staff") throw new AppError("not_allowed");
  const ids = actors.flatMap((actor) => /^staff:([0-9a-f-]{36})$/.exec(actor ?? "")?.[1] ?? []);
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({ id: staff.id, name: staff.displayName })
    .from(staff)
    .where(inArray(staff.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, name }) => [`staff:${id}`, name]));
}
