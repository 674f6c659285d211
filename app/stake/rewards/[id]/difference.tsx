import { NavLink } from "@/app/nav-link";
import { Amount, roomIn } from "@/components/money/amount";
import { Section } from "@/components/ui/section";
import { translator } from "@/lib/messages/server";
import { formatDollars, formatRate } from "@/lib/money/format";
import type { Cause } from "@/lib/rewards/compare";
import type { RewardExplained } from "@/lib/rewards/queries";
import { formatInstant } from "@/lib/time/instant";

/** Why this payout is not the one before: the causes in words, largest first, which sum to the difference. */
export function Difference({
  previous,
  timeZone,
}: {
  previous: RewardExplained["previous"];
  timeZone: string;
}) {
  const t = translator("reward.compare");
  if (!previous) return <Section title={t("titleFirst")}>{t("first")}</Section>;
  const { differenceMicros, causes } = previous.comparison;
  const date = formatInstant(previous.at, timeZone);
  if (differenceMicros === 0n && causes.length === 0)
    return <Section title={t("titleSame")}>{t("same", { date })}</Section>;
  const isLess = differenceMicros < 0n;
  const roomFor = roomIn([differenceMicros, ...causes.map(({ changeMicros }) => changeMicros)]);
  const change = (micros: bigint) => (
    <Amount amountMicros={micros} flow={micros > 0n ? "in" : undefined} roomFor={roomFor} />
  );
  return (
    <Section
      title={t(isLess ? "titleLess" : "titleMore")}
      lead={t(isLess ? "less" : "more", {
        amount: formatDollars(isLess ? -differenceMicros : differenceMicros),
        date,
      })}
    >
      <table className="w-full border-collapse border-y-2 border-ink text-left">
        <caption className="sr-only">{t(isLess ? "titleLess" : "titleMore")}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("cause")}</th>
            <th scope="col">{t("change")}</th>
          </tr>
        </thead>
        <tbody>
          {causes.map((cause) => (
            <tr key={cause.id} className="border-t border-rule first:border-t-0">
              <th scope="row" className="py-2.5 pr-6 font-normal">
                {words(cause)}
              </th>
              <td className="py-2.5 text-right align-top">{change(cause.changeMicros)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t-2 border-ink font-semibold">
            <th scope="row" className="py-2.5 pr-6">
              {t("total")}
            </th>
            <td className="py-2.5 text-right">{change(differenceMicros)}</td>
          </tr>
        </tfoot>
      </table>
      <p className="mt-2">
        <NavLink href={`/stake/rewards/${previous.id}`} className="link inline-flex min-h-11 items-center">
          {t("previous")}
        </NavLink>
      </p>
    </Section>
  );
}

function words({ id, changeMicros, was, is }: Cause): string {
  const t = translator("reward.compare");
  if (id === "rounding") return t("rounding");
  const [before, now] = figures(id, was, is);
  return t(`${id}.${changeMicros < 0n ? "less" : "more"}`, { was: before, is: now });
}

/** As few digits as tell the two figures apart. */
function figures(id: Cause["id"], was: bigint, is: bigint): [string, string] {
  switch (id) {
    case "period": {
      const epochs = (hundredths: bigint) => String(Number(hundredths) / 100);
      return [epochs(was), epochs(is)];
    }
    case "fees":
    case "own_stake":
    case "others": {
      const rough = [was, is].map((micros) => formatDollars(micros, { decimals: 2 }));
      const [before = "", now = ""] =
        rough[0] === rough[1] ? [was, is].map((micros) => formatDollars(micros)) : rough;
      return [before, now];
    }
    default: {
      const rate = (ppm: bigint) => formatRate((ppm / 100n) * 100n);
      return rate(was) === rate(is) ? [formatRate(was), formatRate(is)] : [rate(was), rate(is)];
    }
  }
}
