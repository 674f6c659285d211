import { countOnce } from "@/lib/ledger/count-once";
import type { TrialBalanceRow } from "@/lib/ledger/queries";
import { type Difference, differing } from "@/lib/reconciliation/compare";

export interface Within {
  trialBalance: readonly TrialBalanceRow[];
  /** dollar accounts that hang on a customer, summed row by row */
  customersDollarsMicros: bigint;
  /** accounts whose row does not say what their entries or their holds say */
  odd: readonly Difference[];
}

/**
 * The books against themselves. Empty = whole.
 * Units: micros. No tolerance.
 */
export function compareWithin({ trialBalance, customersDollarsMicros, odd }: Within): Difference[] {
  const sum = (asset: string, side: "debitsMicros" | "creditsMicros") =>
    trialBalance.filter((row) => row.asset === asset).reduce((total, row) => total + row[side], 0n);
  const once = countOnce(trialBalance);
  const pairs: Difference[] = [
    ...odd,
    ...["USD", "TOKEN"].map((asset) => ({
      what: `debits and credits in ${asset}`,
      expectedMicros: sum(asset, "debitsMicros"),
      bookedMicros: sum(asset, "creditsMicros"),
    })),
    {
      what: "dollars owed to depositors, customer by customer",
      expectedMicros: customersDollarsMicros,
      bookedMicros: once.depositsMicros,
    },
    {
      what: "owned, against all that is owed, own or under way",
      expectedMicros: once.liabilitiesMicros + once.otherOwedMicros + once.ownMicros + once.underWayMicros,
      bookedMicros: once.ownedMicros,
    },
    {
      what: "supply owed, against the supply on chain",
      expectedMicros: once.onChainMicros,
      bookedMicros: once.supplyMicros,
    },
    {
      what: "supply on chain, against who holds it",
      expectedMicros: once.heldMicros,
      bookedMicros: once.onChainMicros,
    },
  ];
  if (once.reserveMicros < once.supplyMicros)
    pairs.push({
      what: "reserves booked, at least the supply",
      expectedMicros: once.supplyMicros,
      bookedMicros: once.reserveMicros,
    });
  return differing(pairs);
}
