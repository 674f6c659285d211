import type { Address } from "viem";
import { type Holder, operatorBond, slashedToken, walletMirror } from "@/lib/ledger/accounts";
import { type Transfer, transfers } from "@/lib/ledger/transfer";

type Bond = { holder: Holder; operatorId: number; amountMicros: bigint };

/**
 * An operator's bond was posted in a final block.
 *   debit          credit         amount
 *   wallet mirror  operator bond  amount
 */
export const bondPosted = ({ holder, operatorId, amountMicros }: Bond): Transfer[] =>
  transfers({ debit: walletMirror(holder), credit: operatorBond(operatorId), amountMicros });

/**
 * A bond was given back, its operator being out.
 *   debit          credit         amount
 *   operator bond  wallet mirror  amount
 */
export const bondReturned = ({ holder, operatorId, amountMicros }: Bond): Transfer[] =>
  transfers({ debit: operatorBond(operatorId), credit: walletMirror(holder), amountMicros });

/**
 * A bond was slashed. What was taken of stakes stays in their mirrors until it is asked back: the chain keeps one rate
 * for all of an operator's stakers, and no list of them.
 *   debit          credit         amount
 *   operator bond  slashed token  from the bond
 */
export const bondSlashed = (input: { operatorId: number; to: Address; fromBondMicros: bigint }): Transfer[] =>
  transfers({
    debit: operatorBond(input.operatorId),
    credit: slashedToken(input.to),
    amountMicros: input.fromBondMicros,
  });

/**
 * The first-loss account took what was slashed.
 *   debit          credit         amount
 *   slashed token  wallet mirror  amount
 */
export const slashCollected = (input: { to: Holder; amountMicros: bigint }): Transfer[] =>
  transfers({
    debit: slashedToken(input.to.wallet),
    credit: walletMirror(input.to),
    amountMicros: input.amountMicros,
  });
