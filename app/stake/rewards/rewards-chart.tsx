import type { Customer } from "@/app/stake/customer-page";
import { TimeChart } from "@/components/charts/time-chart";
import { Section } from "@/components/ui/section";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { rewardsOverTime } from "@/lib/rewards/over-time";
import { rewardsByEpoch } from "@/lib/rewards/queries";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";

/** Earned and paid, drawn as far as the books go. */
export async function RewardsChart({ actor }: { actor: Customer }) {
  const t = translator("stake.rewards");
  const { timeZone } = activeProfile();
  const { epochs, paid } = await rewardsByEpoch(actor);
  const drawn = rewardsOverTime({ earned: epochs, paid }, { timeZone, most: 90 });
  const [earned, got] = [drawn.earned.at(-1), drawn.paid.at(-1)];
  if (!earned || !got || drawn.earned.length < 2 || earned.amountMicros === 0n) return null;
  return (
    <Section title={t("chartTitle")} lead={t("chartNote", { by: drawn.by })}>
      <TimeChart
        caption={t("chartTitle")}
        hideCaption
        summary={t("chartSummary", {
          to: formatInstant(earned.at, timeZone),
          earned: formatDollars(earned.amountMicros, { decimals: 2 }),
          paid: formatDollars(got.amountMicros, { decimals: 2 }),
          count: paid.length,
        })}
        timeZone={timeZone}
        tableLabel={t("chartTable")}
        series={[
          { id: "earned", label: t("chartEarned"), points: drawn.earned, mark: "area", tone: "accent" },
          { id: "paid", label: t("chartPaid"), points: drawn.paid, mark: "line", step: true, tone: "ink" },
        ]}
      />
    </Section>
  );
}
