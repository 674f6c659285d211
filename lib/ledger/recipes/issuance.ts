import {
  type AccountRef,
  cash,
  feePot,
  type Holder,
  reserve,
  tokenControl,
  tokenSupply,
  walletMirror,
} from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

/**
 * Tokens were minted in a final block against cash: dollars become reserve, the debt to the customer becomes supply.
 *   debit          credit         amount
 *   dollars held   token supply   gross      owed to a holder instead of a depositor (suspense when nobody asked)
 *   reserve cash   cash           gross      moved into the custody account
 *   token control  wallet mirror  gross-fee  who holds it
 *   token control  fee pot        fee
 */
export function issuance(input: {
  from: AccountRef;
  holder: Holder;
  grossMicros: bigint;
  feeMicros: bigint;
}): Transfer[] {
  const { from, holder, grossMicros, feeMicros } = input;
  return transfers(
    { debit: from, credit: tokenSupply, amountMicros: grossMicros },
    { debit: reserve(0), credit: cash, amountMicros: grossMicros },
    { debit: tokenControl, credit: walletMirror(holder), amountMicros: grossMicros - feeMicros },
    { debit: tokenControl, credit: feePot, amountMicros: feeMicros },
  );
}
