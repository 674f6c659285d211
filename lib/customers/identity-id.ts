import { createHash } from "node:crypto";
import type { Hex } from "viem";

/** What stands on chain for a wallet: salted, so that nobody can go from a person to it or from one wallet to the next. */
export function identityIdOf(input: { salt: Hex; walletId: string }): Hex {
  return `0x${createHash("sha256")
    .update(Buffer.from(input.salt.slice(2), "hex"))
    .update(input.walletId)
    .digest("hex")}`;
}

/** An identity check lasts this long (house rule); after it, exits still work. */
export const identityValidDays = 730;
