import { setTimeout as wait } from "node:timers/promises";
import { and, inArray, like } from "drizzle-orm";
import type { PublicClient } from "viem";
import { type Db, dbFor } from "@/db/client";
import { outboxIntent } from "@/db/schema/chain";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { env } from "@/lib/env";
import { jobContext } from "@/lib/jobs/job";
import { pushClaims } from "@/lib/rewards/commands/push-claims";
import { canTravel, travel } from "@/lib/seed/time-machine";
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

const patienceMs = 90_000;

/** What the running bank's signer sends must be final before the year may end. */
async function claimAndWait(db: Db, client: PublicClient, taxYear: number): Promise<void> {
  await pushClaims(jobContext(db, "year-end-claims"), {
    taxYear,
    round: "last hour",
    client,
    deployment: deployment(),
  });
  const open = and(
    like(outboxIntent.businessKey, `year-end-claim:${taxYear}:%`),
    inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]),
  );
  for (
    const until = performance.now() + patienceMs;
    (await db.$count(outboxIntent, open)) > 0;
    await wait(250)
  )
    if (performance.now() > until)
      throw new BadInput(
        `The claims of ${taxYear} were asked for and are not final yet: the clock stands in the year's last hour. Advance again when the bank sends.`,
      );
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
      const db = dbFor("worker");
      const now = await travel({ db, client }, advancedSeconds, (taxYear) =>
        claimAndWait(db, client, taxYear),
      );
      return { advancedSeconds, now: now.toISOString() };
    },
    show: ({ advancedSeconds, now }: Advanced) =>
      `The bank's clock and the chain moved ${formatDuration(advancedSeconds)}, to ${now}.`,
  },
};
