import { randomBytes, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Db } from "@/db/client";
import { identityApplication } from "@/db/schema/customers";
import type { Actor, CommandContext } from "@/lib/auth/actor";
import { endSession } from "@/lib/auth/commands/end-session";
import { signInWithWallet } from "@/lib/auth/commands/sign-in-with-wallet";
import { issueNonce } from "@/lib/auth/nonce";
import { actorOfSession } from "@/lib/auth/session";
import { signInMessage } from "@/lib/auth/siwe-message";
import { decideIdentity } from "@/lib/customers/commands/decide-identity";
import { submitIdentity } from "@/lib/customers/commands/submit-identity";
import { env } from "@/lib/env";
import type { SeedResident } from "@/lib/seed/people";

/** A resident at the keyboard: signed in with the own wallet, acting by the bank's own commands. */
export type Resident = SeedResident & { key: Hex; address: Address; actor: Actor & { kind: "customer" } };

export const contextOf = (db: Db, actor: Actor): CommandContext => ({
  actor,
  requestId: `seed-${randomUUID()}`,
  db,
});

export async function signIn(db: Db, person: SeedResident, key: Hex): Promise<Resident> {
  const account = privateKeyToAccount(key);
  const browserSecret = randomBytes(32).toString("base64url");
  const nonce = await issueNonce(db, browserSecret);
  const site = { appUrl: env.appUrl, chainId: env.chainId };
  const message = signInMessage({ address: account.address, nonce }, site, new Date());
  const signature = await account.signMessage({ message });
  const ctx = contextOf(db, { kind: "system", job: "seed" });
  const { sessionId } = await signInWithWallet(ctx, { message, signature, browserSecret, userAgent: "seed" });
  const actor = await actorOfSession(db, sessionId);
  if (actor.kind !== "customer") throw new Error(`${person.fullName} could not sign in`);
  return { ...person, key, address: account.address, actor };
}

export const signOut = (db: Db, { actor }: Resident) => endSession(contextOf(db, actor), "own");

export async function apply(db: Db, resident: Resident): Promise<string> {
  const { fullName, birthDate, street, city, zip, countyFips, taxNumber, election } = resident;
  const { applicationId } = await submitIdentity(contextOf(db, resident.actor), {
    fullName,
    birthDate,
    street,
    city,
    zip,
    state: env.state,
    countyFips,
    taxNumber,
    ...election,
    agreed: true,
  });
  return applicationId;
}

export async function approve(db: Db, clerk: Actor, applicationId: string): Promise<void> {
  await decideIdentity(contextOf(db, clerk), { applicationId, decision: "approve" });
  const [row] = await db.select().from(identityApplication).where(eq(identityApplication.id, applicationId));
  if (row?.state !== "approved") throw new Error(`application ${applicationId} was not approved`);
}
