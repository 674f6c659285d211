import { and, eq, inArray } from "drizzle-orm";
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

export type Holders = (address: Address) => Holder & { walletId?: string };

/** Many addresses at once. */
export async function holdersOf(db: Executor, addresses: readonly Address[]): Promise<Holders> {
  const wanted = [...new Set(addresses.map((address) => address.toLowerCase() as Address))];
  const rows =
    wanted.length === 0
      ? []
      : await db
          .select({
            address: walletTable.address,
            walletId: walletTable.id,
            profileId: walletTable.profileId,
          })
          .from(walletTable)
          .where(and(eq(walletTable.chainId, env.chainId), inArray(walletTable.address, wanted)));
  const known = new Map(rows.map(({ address, ...own }) => [address, own]));
  return (address) => {
    const wallet = address.toLowerCase() as Address;
    return { wallet, ...known.get(wallet) };
  };
}

/** Who writes an entry that follows from a final log, when, and under which request unless one of ours is known. */
export const settledBy = (fact: FactOrigin) => ({
  actor: { kind: "system", job: "indexer" } as const,
  effectiveAt: fact.at,
  requestId: `chain:${fact.txHash}`,
});
