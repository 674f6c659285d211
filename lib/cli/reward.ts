import { dbFor } from "@/db/client";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { recomputeAll } from "@/lib/rewards/queries";

type Verdict = Awaited<ReturnType<typeof recomputeAll>>;

export const verbs: Verbs = {
  verify: {
    summary: "Recomputes every payout from the chain's records; exit code 1 when one differs",
    needs: "bank",
    async run({ args }): Promise<Verdict> {
      if (args.length > 0) throw new BadInput("reward verify takes no arguments.");
      const verdict = await recomputeAll(dbFor("readonly"));
      if (verdict.differences.length > 0) process.exitCode = 1;
      return verdict;
    },
    show: ({ payouts, agree, differences }: Verdict) =>
      [
        `${agree} of ${payouts} payouts are what the chain's records say, to the micro.`,
        ...differences.map(
          ({ at, wallet, operatorId, paid, recomputed }) =>
            `${at} ${wallet} operator ${operatorId}: paid ${paid.grossMicros} gross, ${paid.netMicros} net; ` +
            `recomputed ${recomputed.grossMicros} gross, ${recomputed.netMicros} net`,
        ),
      ].join("\n"),
  },
};
