import { eq, inArray } from "drizzle-orm";
import { staff } from "@/db/schema/staff";
import type { CommandContext } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";

/** The name of the staff member who asks. */
export async function staffName(ctx: CommandContext): Promise<string> {
  if (ctx.actor.kind !== "staff") throw new AppError("not_allowed");
  const names = await namesOfStaff(ctx, [ctx.actor.staffId]);
  return names.get(ctx.actor.staffId) ?? "Staff";
}

/** Names by staff id, for lists that show who decided. */
export async function namesOfStaff(
  ctx: CommandContext,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ctx.actor.kind !== "staff") throw new AppError("not_allowed");
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({ id: staff.id, name: staff.displayName })
    .from(staff)
    .where(ids.length === 1 ? eq(staff.id, ids[0] as string) : inArray(staff.id, [...ids]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
