import { dollarDeposit, type Holder } from "@/lib/ledger/accounts";
import type { Posting } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { conversionRequested } from "@/lib/ledger/recipes/conversion-requested";
import { dollarsOutSent, dollarsOutSettled } from "@/lib/ledger/recipes/dollars-out";
import { issuance } from "@/lib/ledger/recipes/issuance";
import { redemption } from "@/lib/ledger/recipes/redemption";
import type { Transfer } from "@/lib/ledger/transfer";

export type Entry = Transfer & { isHold: boolean };

/** The entries that events would make, one list an event; what an earlier one holds is known to a later one. */
function dryRun(...events: Partial<Posting>[]): Entry[][] {
  const held = new Map<string, readonly Transfer[]>();
  return events.map(({ key = "", transfers = [], holds = [], ends = [] }) => {
    held.set(key, holds);
    const posted = ends
      .filter(({ as }) => as === "post")
      .flatMap(({ hold, seq = 1, amountMicros }) =>
        (held.get(hold) ?? [])
          .slice(seq - 1, seq)
          .map((line) => ({ ...line, amountMicros: amountMicros ?? line.amountMicros })),
      );
    return [
      ...[...transfers, ...posted].map((line) => entry(line, false)),
      ...holds.map((line) => entry(line, true)),
    ];
  });
}

const entry = ({ debit, credit, asset, amountMicros }: Transfer, isHold: boolean): Entry => ({
  debit,
  credit,
  asset,
  amountMicros,
  isHold,
});

type Own = { profileId: string; amountMicros: bigint };

/** What an act books, by the recipes that will book it. */
export const previewBring = (own: Own) => dryRun({ transfers: bringDollars(own) });

export const previewSend = (own: Own) =>
  dryRun({ transfers: dollarsOutSent(own) }, { transfers: dollarsOutSettled(own) });

type Exchange = { holder: Holder & { profileId: string }; grossMicros: bigint; feeMicros: bigint };

export function previewConvert({ holder, grossMicros, feeMicros }: Exchange) {
  const asked = { issuanceId: "preview", profileId: holder.profileId, grossMicros };
  return dryRun(conversionRequested(asked), issuance({ ...asked, holder, feeMicros }));
}

export const previewRedeem = (input: Exchange) =>
  dryRun({ transfers: redemption({ ...input, to: dollarDeposit(input.holder.profileId) }) });
