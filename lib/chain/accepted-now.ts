import type { Address, Hex, PublicClient } from "viem";
import { revertIn } from "@/lib/chain/revert";

/** Whether a contract would take a call by anybody in the next block; fails when it cannot be asked. */
export async function isAcceptedNow(
  client: PublicClient,
  call: { to: Address; data: Hex },
): Promise<boolean> {
  const answer = await client.call({ ...call, blockTag: "pending" }).catch((error: unknown) => {
    if (revertIn(error)) return undefined;
    throw error;
  });
  return answer !== undefined;
}
