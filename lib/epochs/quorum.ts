import type { Address } from "viem";
import { mulDivDown, mulDivUp } from "@/lib/money/math";

export interface ValidatorSeat {
  signer: Address;
  operatorId: number;
  weight: bigint;
  ofBank: boolean;
}

/**
 * Final = at least two thirds of the counted weight and more than half of the outside validators.
 * The bank's signatures never help with the second part, and count for a third of the first at most, however much is
 * staked with it. Same rule as Quorum.sol.
 * Rounding: the bank's count down, the need up.
 */
export function quorum(seats: readonly ValidatorSeat[], signedBy: readonly Address[]) {
  const signed = new Set(signedBy.map((address) => address.toLowerCase()));
  const has = (seat: ValidatorSeat) => signed.has(seat.signer.toLowerCase());
  const weigh = (of: readonly ValidatorSeat[]) => of.reduce((sum, seat) => sum + seat.weight, 0n);
  const outside = seats.filter((seat) => !seat.ofBank);
  const ofBank = seats.filter((seat) => seat.ofBank);
  const [outsideWeight, bankWeight] = [weigh(outside), weigh(ofBank)];
  const half = outsideWeight / 2n;
  const countedOfBank = bankWeight < half ? bankWeight : half;
  const signedOfBank =
    bankWeight === 0n
      ? 0n
      : mulDivDown(weigh(ofBank.filter(has)), { times: countedOfBank, over: bankWeight });
  const signedWeight = weigh(outside.filter(has)) + signedOfBank;
  const neededWeight = mulDivUp(outsideWeight + countedOfBank, { times: 2n, over: 3n });
  const signedOutside = outside.filter(has).length;
  const neededOutside = Math.floor(outside.length / 2) + 1;
  return {
    signedWeight,
    neededWeight,
    signedOutside,
    neededOutside,
    isReached: signedWeight >= neededWeight && signedOutside >= neededOutside,
  };
}
