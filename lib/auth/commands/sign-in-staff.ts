import { and, eq } from "drizzle-orm";
import { staff } from "@/db/schema/staff";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { clearAttempts, countAttempt, giveAttemptBack } from "@/lib/auth/attempts";
import { deviceIn } from "@/lib/auth/device";
import { verifyPassword } from "@/lib/auth/password";
import { requirePermission } from "@/lib/auth/permissions";
import { insertSession } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

const perAccount = { attempts: 10, windowMinutes: 15 };
const perAddress = { attempts: 100, windowMinutes: 24 * 60 };

export interface StaffSignIn {
  email: string;
  password: string;
  /** where the request came from; "direct" when nobody can say */
  address: string;
  /** the cookie of a browser in which this person has signed in before */
  deviceCookie?: string;
  userAgent?: string;
}

/** The demo's way in for staff. Unknown person and wrong password take the same time and say the same. */
export async function signInStaff(ctx: CommandContext, input: StaffSignIn): Promise<{ sessionId: string }> {
  requirePermission(ctx.actor, "session:open");
  if (!env.isDemo) throw new AppError("not_allowed");
  const username = input.email.trim().toLowerCase();
  if (!username || username.length > 200 || !input.password || input.password.length > 200)
    throw new AppError("sign_in_wrong_password");

  const device = deviceIn(input.deviceCookie, username);
  const accountKey = device ? `staff-device:${username}:${device}` : `staff:${username}:${input.address}`;
  const addressKey = device || input.address === "direct" ? undefined : `staff-address:${input.address}`;
  await countAttempt(ctx.db, accountKey, perAccount);
  if (addressKey) await countAttempt(ctx.db, addressKey, perAddress);

  const [known] = await ctx.db
    .select({ id: staff.id, passwordHash: staff.passwordHash, role: staff.role })
    .from(staff)
    .where(and(eq(staff.username, username), eq(staff.isActive, true)));
  const isRight = await verifyPassword(input.password, known?.passwordHash);
  if (!isRight || !known) throw new AppError("sign_in_wrong_password");

  return inTransaction(ctx.db, async (tx) => {
    await clearAttempts(tx, accountKey);
    if (addressKey) await giveAttemptBack(tx, addressKey);
    const sessionId = await insertSession(tx, { kind: "staff", staffId: known.id }, input.userAgent);
    await recordAudit(tx, ctx, {
      command: "sign-in-staff",
      subject: `staff:${known.id}`,
      permission: "session:open",
      detail: { sessionId, role: known.role },
    });
    return { sessionId };
  });
}
