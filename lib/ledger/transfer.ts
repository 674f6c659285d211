import { invariant } from "@/lib/errors";
import type { AccountRef } from "@/lib/ledger/accounts";
import { type Asset, assetOf } from "@/lib/ledger/chart-of-accounts";

/** One amount from the credited to the debited account, both in one asset. */
export type Transfer = {
  debit: AccountRef;
  credit: AccountRef;
  asset: Asset;
  amountMicros: bigint;
  /** this much, or as much as can be used */
  isUpTo?: boolean;
};

type Line = Omit<Transfer, "asset">;

/** Lines of a recipe as transfers: the asset follows from the accounts, empty lines fall away. Refuses: negatives, two assets. */
export function transfers(...lines: Line[]): Transfer[] {
  return lines
    .filter(({ amountMicros }) => {
      invariant(amountMicros >= 0n, "a transfer is never negative");
      return amountMicros > 0n;
    })
    .map((line) => {
      const asset = assetOf(line.debit.class);
      invariant(assetOf(line.credit.class) === asset, "a transfer moves one asset");
      return { ...line, asset };
    });
}
