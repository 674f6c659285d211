import { dbFor } from "@/db/client";
import { publicClient } from "@/lib/chain/client";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { env } from "@/lib/env";
import { canTravel, jump } from "@/lib/seed/time-machine";
import { formatDuration } from "@/lib/time/duration";

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const longestSeconds = 3_660 * 86_400;

/** "30d", "12h", "1d12h": whole weeks, days, hours, minutes and seconds, in seconds. */
export function parseSpan(text: string | undefined): number {
  const parts = [...(text ?? "").matchAll(/(\d{1,9})([smhdw])/gy)];
  const whole = parts.length > 0 && parts.map(([part]) => part).join("") === text;
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  );
  if (!whole || seconds === 0 || seconds > longestSeconds) {
    throw new BadInput(
      `"${text ?? ""}" is not a span of time: write 30d, 12h, 45m or 1d12h, ten years at most. The clock never goes back.`,
    );
  }
  return seconds;
}

type Advanced = { advancedSeconds: number; now: string };

export const verbs: Verbs = {
  advance: {
    summary: "Moves the demo's clock and its chain forward together; never in production, never back",
    usage: "<span, such as 30d>",
    needs: "bank",
    async run({ args }): Promise<Advanced> {
      const advancedSeconds = parseSpan(args[0]);
      if (args.length > 1) throw new BadInput("demo advance takes one span, such as 30d.");
      if (!env.isDemo) throw new BadInput("The clock moves in demo mode only.");
      const client = publicClient();
      if (!(await canTravel(client)))
        throw new BadInput("An outside chain keeps its own time: it cannot be moved.");
      const now = await jump({ db: dbFor("worker"), client }, advancedSeconds);
      return { advancedSeconds, now: now.toISOString() };
    },
    show: ({ advancedSeconds, now }: Advanced) =>
      `The bank's clock and the chain moved ${formatDuration(advancedSeconds)}, to ${now}.`,
  },
};
