import { randomBytes, randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { Tx } from "@/db/client";
import { person, profile, wallet } from "@/db/schema/customers";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { identityIdOf } from "@/lib/customers/identity-id";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

export type OpenProfile = { profileId: string; walletId: string; address: Address; isNew: boolean };

/** The profile behind a wallet that has just proved its key; made at the first sign-in, person and all. */
export async function openProfile(
  tx: Tx,
  ctx: CommandContext,
  input: { address: Address },
): Promise<OpenProfile> {
  const address = input.address.toLowerCase() as Address;
  if (!/^0x[0-9a-f]{40}$/.test(address)) throw new AppError("sign_in_malformed");
  const chainId = env.chainId;
  const known = await find(tx, { address, chainId });
  if (known) return { ...known, isNew: false };

  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`wallet:${chainId}:${address}`}, 0))`);
  const meanwhile = await find(tx, { address, chainId });
  if (meanwhile) return { ...meanwhile, isNew: false };

  const ids = { personId: randomUUID(), profileId: randomUUID(), walletId: randomUUID() };
  const salt: Hex = `0x${randomBytes(32).toString("hex")}`;
  await tx.insert(person).values({ id: ids.personId });
  await tx.insert(profile).values({ id: ids.profileId, personId: ids.personId });
  await tx.insert(wallet).values({
    id: ids.walletId,
    profileId: ids.profileId,
    chainId,
    address,
    identitySalt: salt,
    identityId: identityIdOf({ salt, walletId: ids.walletId }),
  });
  await recordAudit(tx, ctx, {
    command: "open-profile",
    subject: `profile:${ids.profileId}`,
    permission: "session:open",
    detail: { walletId: ids.walletId },
  });
  return { profileId: ids.profileId, walletId: ids.walletId, address, isNew: true };
}

async function find(tx: Tx, { address, chainId }: { address: Address; chainId: number }) {
  const [row] = await tx
    .select({ profileId: wallet.profileId, walletId: wallet.id, status: profile.status })
    .from(wallet)
    .innerJoin(profile, eq(profile.id, wallet.profileId))
    .where(and(eq(wallet.chainId, chainId), eq(wallet.address, address)));
  if (row?.status === "closed") throw new AppError("under_review");
  return row && { profileId: row.profileId, walletId: row.walletId, address };
}
