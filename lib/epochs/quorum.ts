import type { Address } from "viem";
import { mulDivUp } from "@/lib/money/math";

export interface ValidatorSeat {
  signer: Address;
  operatorId: number;
  weight: bigint;
  ofBank: boolean;
}

/**
 * Final = at least two thirds of all weight and more than half of the outside validators.
 * The bank's own signatures never help with the second part. Same rule as EpochManager.sol.
 */
export function quorum(seats: readonly ValidatorSeat[], signedBy: readonly Address[]) {
  const signed = new Set(signedBy.map((address) => address.toLowerCase()));
  const has = (seat: ValidatorSeat) => signed.has(seat.signer.toLowerCase());
  const weigh = (of: readonly ValidatorSeat[]) => of.reduce((sum, seat) => sum + seat.weight, 0n);
  const outside = seats.filter((seat) => !seat.ofBank);
  const signedWeight = weigh(seats.filter(has));
  const neededWeight = mulDivUp(weigh(seats), { times: 2n, over: 3n });
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
