import { NavLink } from "@/app/nav-link";
import { Amount } from "@/components/money/amount";
import type { Definition } from "@/components/ui/definition-list";
import type { OpenHold } from "@/lib/ledger/queries";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import type { DollarAccount } from "@/lib/transfers/queries";

/** The three numbers of a dollar account: have, on hold and why, can use. */
export function dollarRows({ haveMicros, onHoldMicros, canUseMicros, holds }: DollarAccount): Definition[] {
  const t = translator("stake.standing");
  return [
    { term: t("have"), value: <Amount amountMicros={haveMicros} /> },
    {
      term: t("onHold"),
      note:
        holds.length === 0
          ? t("nothing")
          : holds.map((hold) => <WhyHeld key={hold.key + hold.seq} hold={hold} />),
      value: <Amount amountMicros={onHoldMicros} />,
    },
    { term: t("canUse"), total: true, value: <Amount amountMicros={canUseMicros} /> },
  ];
}

function WhyHeld({ hold: { kind, subject, amountMicros, expiresAt } }: { hold: OpenHold }) {
  const t = translator("stake.standing");
  const { tokenSymbol: symbol, timeZone } = activeProfile();
  const isConversion = kind === "conversion-requested";
  return (
    <span className="block">
      <Amount amountMicros={amountMicros} />
      {": "}
      {isConversion ? (
        <NavLink href={`/stake/dollars/receipt/${subject.replace("issuance:", "")}`} className="link">
          {t("conversion", { symbol })}
        </NavLink>
      ) : (
        t("until", { when: formatInstant(expiresAt, timeZone) })
      )}
    </span>
  );
}
