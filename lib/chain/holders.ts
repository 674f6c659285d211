import { and, eq } from "drizzle-orm";
import type { Address } from "viem";
import type { Executor } from "@/db/client";
import { wallet as walletTable } from "@/db/schema/customers";
import type { FactOrigin } from "@/lib/chain/facts";
import { env } from "@/lib/env";
import type { Holder } from "@/lib/ledger/accounts";

/** An address as the ledger names it, with the customer behind it where there is one. */
export async function holderOf(db: Executor, address: Address): Promise<Holder & { walletId?: string }> {
  const wallet = address.toLowerCase() as Address;
  const [known] = await db
    .select({ walletId: walletTable.id, profileId: walletTable.profileId })
    .from(walletTable)
    .where(and(eq(walletTable.chainId, env.chainId), eq(walletTable.address, wallet)));
  return { wallet, ...known };
}

/** Who writes an entry that follows from a final log, when, and under which request unless one of ours is known. */
export const settledBy = (fact: FactOrigin) => ({
  actor: { kind: "system", job: "indexer" } as const,
  effectiveAt: fact.at,
  requestId: `chain:${fact.txHash}`,
});
