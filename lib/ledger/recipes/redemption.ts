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
 * Tokens were given back in a final block: net is burned and owed in dollars, the fee stays supply in the fee pot.
 *   debit          credit          amount
 *   token supply   dollar deposit  gross-fee  owed to a depositor instead of a holder (suspense when not a customer)
 *   wallet mirror  token control   gross-fee  burned
 *   wallet mirror  fee pot         fee
 */
export function redemption(input: {
  to: AccountRef;
  holder: Holder;
  grossMicros: bigint;
  feeMicros: bigint;
}): Transfer[] {
  const { to, holder, grossMicros, feeMicros } = input;
  const netMicros = grossMicros - feeMicros;
  return transfers(
    { debit: tokenSupply, credit: to, amountMicros: netMicros },
    { debit: walletMirror(holder), credit: tokenControl, amountMicros: netMicros },
    { debit: walletMirror(holder), credit: feePot, amountMicros: feeMicros },
  );
}

/**
 * The custodian has released what the burned tokens were backed by.
 *   debit  credit   amount
 *   cash   reserve  released
 */
export const reserveReleased = (input: { collateralClass: number; amountMicros: bigint }): Transfer[] =>
  transfers({ debit: cash, credit: reserve(input.collateralClass), amountMicros: input.amountMicros });
