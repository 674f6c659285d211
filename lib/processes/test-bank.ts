import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { Db } from "@/db/client";
import { profile, wallet } from "@/db/schema/customers";
import { staff } from "@/db/schema/staff";
import type { Actor, CommandContext, StaffRole } from "@/lib/auth/actor";
import { contractNames, type Deployment } from "@/lib/chain/addresses";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

export const testDeployment: Deployment = {
  chainId: 31337,
  deployedAtBlock: 1,
  bytecodeHash: `0x${"00".repeat(32)}`,
  epochSeconds: 30,
  unbondingSeconds: 60,
  contracts: Object.fromEntries(
    contractNames.map((name, i) => [name, `0x${(i + 1).toString(16).padStart(40, "c")}`]),
  ) as Deployment["contracts"],
};

type Customer = Extract<Actor, { kind: "customer" }> & { walletId: string; address: Address };

export type TestBank = {
  database: TestDatabase;
  /** as the web server and the worker see it */
  app: Db;
  worker: Db;
  owner: Db;
  as(actor: Actor, db?: Db): CommandContext;
  system: CommandContext;
  customer(options?: { isVerified?: boolean }): Promise<Customer>;
  staff(role: StaffRole): Promise<Extract<Actor, { kind: "staff" }>>;
  close(): Promise<void>;
};

export const randomHex = (bytes: number): Hex => `0x${randomBytes(bytes).toString("hex")}`;

/** A bank on a fresh real database, without a chain, for tests of commands. */
export async function testBank(): Promise<TestBank> {
  const folder = mkdtempSync(join(tmpdir(), "granary-deployment-"));
  const path = join(folder, "deployment.json");
  writeFileSync(path, JSON.stringify(testDeployment));
  writeFileSync(join(folder, "network.json"), JSON.stringify({ deployment: testDeployment }));
  Object.assign(process.env, {
    GRANARY_MODE: "demo",
    GRANARY_STATE: "MD",
    GRANARY_DEPLOYMENT: path,
    CHAIN_ID: String(testDeployment.chainId),
    FIELD_KEY: Buffer.alloc(32, 1).toString("base64"),
    BLIND_INDEX_KEY: Buffer.alloc(32, 2).toString("base64"),
  });
  const database = await testDatabase();
  const app = database.open("app", 40).db;
  const worker = database.open("worker").db;
  const owner = database.open("owner", 2).db;
  const as = (actor: Actor, db: Db = app): CommandContext => ({ actor, requestId: randomUUID(), db });
  const system = as({ kind: "system", job: "test" }, worker);

  return {
    database,
    app,
    worker,
    owner,
    as,
    system,
    async customer({ isVerified = true } = {}) {
      const opened = await app.transaction((tx) => openProfile(tx, system, { address: randomHex(20) }));
      const { profileId, walletId, address } = opened;
      if (isVerified) {
        const expiresAt = new Date(Date.now() + 365 * 86_400_000);
        await worker.update(wallet).set({ status: "verified", expiresAt }).where(eq(wallet.id, walletId));
        await worker.update(profile).set({ identityState: "verified" }).where(eq(profile.id, profileId));
      }
      return { kind: "customer", profileId, walletId, address, sessionId: randomUUID() };
    },
    async staff(role) {
      const [row] = await worker
        .insert(staff)
        .values({ username: randomUUID(), displayName: role, role, passwordHash: "scrypt$x$y" })
        .returning({ id: staff.id });
      return { kind: "staff", staffId: (row as { id: string }).id, role, sessionId: randomUUID() };
    },
    close: () => database.close(),
  };
}
