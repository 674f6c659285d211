import type { PublicClient } from "viem";
import type { Db } from "@/db/client";
import { canTravel, jump } from "@/lib/seed/time-machine";

/** demo advance 30d: moves the demo's clock and its chain forward together. Never in production, never back. */
export class DemoError extends Error {
  override name = "DemoError";
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const longestSeconds = 3_660 * 86_400;

/** "30d", "12h", "1d12h": whole numbers of weeks, days, hours, minutes, seconds. */
export function spanSeconds(text: string): number {
  const parts = [...text.trim().matchAll(/(\d{1,9})\s*([smhdw])/gy)];
  const whole = parts.map(([part]) => part).join("") === text.trim() && parts.length > 0;
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  );
  if (!whole)
    throw new DemoError(
      `"${text}" is not a span of time: write 30d, 12h, 45m or 1d12h. The clock never goes back.`,
    );
  if (seconds === 0) throw new DemoError("Give a span longer than nothing.");
  if (seconds > longestSeconds) throw new DemoError("Ten years at once is the most.");
  return seconds;
}

export async function advanceDemo(
  { mode, db, client }: { mode: string; db: Db; client: PublicClient },
  span: string,
): Promise<{ advancedSeconds: number; now: string }> {
  if (mode !== "demo") throw new DemoError("The clock moves in demo mode only.");
  const advancedSeconds = spanSeconds(span);
  if (!(await canTravel(client)))
    throw new DemoError("This chain keeps its own time: an outside chain cannot be moved.");
  const now = await jump({ db, client }, advancedSeconds);
  return { advancedSeconds, now: now.toISOString() };
}
