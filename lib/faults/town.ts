import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { Db } from "@/db/client";
import { identityApplication, profile, wallet } from "@/db/schema/customers";
import { staff } from "@/db/schema/staff";
import { stakingAbi } from "@/lib/chain/abi";
import { openProfile } from "@/lib/customers/commands/open-profile";
import type { Asked } from "@/lib/faults/bank";
import { MortalBank } from "@/lib/faults/mortal";
import { startTestChain, type TestChain, verifyWallet } from "@/lib/processes/test-chain";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";
import { seedResidents } from "@/lib/seed/people";
import { stateProfile } from "@/lib/state-profile/profile";

/** Surroundings that outlive every death of the bank: Postgres, a chain, customers with wallets of their own. */
export interface Town {
  chain: TestChain;
  database: TestDatabase;
  owner: Db;
  signerDb: Db;
  bank: MortalBank;
  env: Record<string, string>;
  ada: Customer;
  /** verified for the bank and unknown to the chain: nothing can be minted to her */
  frida: Customer;
  /** verified, and out of the network's coin whenever a step says so */
  pauper: Customer;
  clerk: Actor;
  close(): Promise<void>;
}

type Actor = Asked["input"];
export type Customer = {
  actor: Actor;
  address: Address;
  profileId: string;
  walletId: string;
  account: number;
};

const validatorAccounts = [12, 13, 14, 15];

export async function openTown(bankFile: string): Promise<Town> {
  const home = mkdtempSync(join(tmpdir(), "granary-faults-"));
  const [chain, database] = await Promise.all([startTestChain(), testDatabase()]);
  const deploymentPath = join(home, "deployment.json");
  writeFileSync(deploymentPath, JSON.stringify(chain.deployment));
  const key = (of: Parameters<TestChain["key"]>[0]): Hex => chain.key(of);
  const env = {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "test",
    TZ: "Asia/Kathmandu",
    LOG_LEVEL: "silent",
    GRANARY_MODE: "demo",
    GRANARY_STATE: "MD",
    GRANARY_HOME: home,
    GRANARY_DEPLOYMENT: deploymentPath,
    CHAIN_RPC_URL: chain.rpcUrl,
    CHAIN_ID: String(chain.deployment.chainId),
    FIELD_KEY: Buffer.alloc(32, 1).toString("base64"),
    BLIND_INDEX_KEY: Buffer.alloc(32, 2).toString("base64"),
    DATABASE_URL_APP: database.urls.app,
    DATABASE_URL_WORKER: database.urls.worker,
    DATABASE_URL_SIGNER: database.urls.signer,
    CUSTODIAN_KEY: key("custodian"),
    VALUER_KEY: key("valuer"),
    SEED_KEYS: JSON.stringify(validatorAccounts.map(key)),
    SIGNER_KEYS: JSON.stringify(
      Object.fromEntries(
        (["issuer", "registrar", "proposer", "remitter", "faucet", "certifier"] as const).map((role) => [
          role,
          key(role),
        ]),
      ),
    ),
  };
  Object.assign(process.env, { CHAIN_ID: env.CHAIN_ID, GRANARY_MODE: "demo", GRANARY_STATE: "MD" });
  const owner = database.open("owner", 2).db;
  const worker = database.open("worker", 2).db;
  const bank = new MortalBank(bankFile, env);

  const customer = async (account: number): Promise<Customer> => {
    const own = await openCustomer(worker, chain.address(account));
    await worker
      .update(wallet)
      .set({
        status: "verified",
        expiresAt: sql`bank.now() + interval '1 year'`,
        lastGrantAt: sql`bank.now()`,
      })
      .where(eq(wallet.id, own.walletId));
    await worker.update(profile).set({ identityState: "verified" }).where(eq(profile.id, own.profileId));
    return { ...own, account };
  };
  const [ada, frida, pauper] = [await customer(20), await customer(21), await customer(22)];
  await verifyWallet(chain, ada.address);
  await verifyWallet(chain, pauper.address);
  const [clerk] = await worker
    .insert(staff)
    .values({ username: randomUUID(), displayName: "clerk", role: "clerk", passwordHash: "scrypt$x$y" })
    .returning({ id: staff.id });

  return {
    chain,
    database,
    owner,
    signerDb: database.open("signer", 2).db,
    bank,
    env,
    ada,
    frida,
    pauper,
    clerk: { kind: "staff", staffId: clerk?.id, role: "clerk", sessionId: randomUUID() },
    async close() {
      await bank.stop();
      await chain.stop();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export async function openCustomer(db: Db, address: Address) {
  const system = { actor: { kind: "system", job: "test" } as const, requestId: randomUUID(), db };
  const { profileId, walletId } = await db.transaction((tx) => openProfile(tx, system, { address }));
  const actor: Actor = { kind: "customer", profileId, walletId, address, sessionId: randomUUID() };
  return { actor, address, profileId, walletId };
}

let applicants = 0;
export const applicant = () => {
  const [ada] = seedResidents(stateProfile("MD"));
  if (!ada) throw new Error("the seed has residents");
  const { fullName, birthDate, street, city, zip, countyFips, election } = ada;
  applicants += 1;
  const serial = String(applicants + 1_000).slice(-4);
  return {
    ...{ fullName, birthDate, street, city, zip, countyFips, state: "MD", ...election },
    taxNumber: `899-${45 + Math.floor(applicants / 9_000)}-${serial}`,
    agreed: true,
  };
};

export const applicationOf = async (db: Db, profileId: string): Promise<string | undefined> =>
  (await db.select().from(identityApplication).where(eq(identityApplication.profileId, profileId)))[0]?.id;

/** What the customer's stake with an operator has earned and not claimed. */
export const claimableOf = async ({ chain }: Town, address: Address, operatorId: number): Promise<bigint> =>
  (
    await chain.client.readContract({
      address: chain.deployment.contracts.staking,
      abi: stakingAbi,
      functionName: "stakeOf",
      args: [address, operatorId],
    })
  ).claimableGross;
