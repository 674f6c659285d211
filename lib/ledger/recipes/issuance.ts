import {
  cash,
  feePot,
  type Holder,
  reserve,
  suspense,
  tokenControl,
  tokenSupply,
  walletMirror,
} from "@/lib/ledger/accounts";
import type { Posting } from "@/lib/ledger/posting";
import { conversionKey } from "@/lib/ledger/recipes/conversion-requested";
import { transfers } from "@/lib/ledger/transfer";

/**
 * Tokens were minted in a final block against cash: dollars become reserve, the debt to the customer becomes supply.
 *   debit           credit         amount
 *   dollar deposit  token supply   gross      the hold is posted: owed to a holder instead of a depositor
 *   suspense        token supply   gross      instead of it, when nobody asked
 *   reserve cash    cash           gross      moved into the custody account
 *   token control   wallet mirror  gross-fee  who holds it
 *   token control   fee pot        fee
 */
export function issuance(input: {
  /** the conversion that was asked for, if any was */
  issuanceId: string | undefined;
  holder: Holder;
  grossMicros: bigint;
  feeMicros: bigint;
}): Pick<Posting, "transfers" | "ends"> {
  const { issuanceId, holder, grossMicros, feeMicros } = input;
  const unasked = issuanceId ? 0n : grossMicros;
  return {
    transfers: transfers(
      { debit: suspense, credit: tokenSupply, amountMicros: unasked },
      { debit: reserve(0), credit: cash, amountMicros: grossMicros },
      { debit: tokenControl, credit: walletMirror(holder), amountMicros: grossMicros - feeMicros },
      { debit: tokenControl, credit: feePot, amountMicros: feeMicros },
    ),
    ...(issuanceId && { ends: [{ hold: conversionKey(issuanceId), as: "post" as const }] }),
  };
}
