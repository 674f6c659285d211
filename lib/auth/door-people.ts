import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { Db } from "@/db/client";
import { checkNames, evidenceKinds } from "@/db/schema/certification";
import { payout } from "@/db/schema/chain";
import { approval } from "@/db/schema/control";
import { person, profile, wallet } from "@/db/schema/customers";
import { account } from "@/db/schema/ledger";
import { staff } from "@/db/schema/staff";
import type { Actor, CommandContext, StaffRole } from "@/lib/auth/actor";
import { insertSession, revokeSessions } from "@/lib/auth/session";
import { deployment } from "@/lib/chain/deployment";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { submitIdentity } from "@/lib/customers/commands/submit-identity";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { applyForCertification } from "@/lib/validators/commands/apply-for-certification";
import { checkCertification } from "@/lib/validators/commands/check-certification";

/** Everybody who may stand before a door, in the order of the table's columns. */
export const knockers = [
  "anonymous",
  "owner",
  "other resident",
  "unverified",
  "held",
  "frozen",
  "clerk who asked",
  "another clerk",
  "compliance",
  "valuer",
  "custodian",
  "examiner",
  "clerk who left",
  "signed out",
  "made up",
] as const;
export type Knocker = (typeof knockers)[number];

type Customer = Extract<Actor, { kind: "customer" }> & { walletId: string; address: Address };

/** What a door is asked about: always the owner's, or something that waits for staff. */
export interface Subjects {
  ownersSession(): Promise<string>;
  ownersReceipt: string;
  ownersProfile: string;
  /** the number of the dollar account */
  ownersAccount: string;
  ownersPayout: string;
  /** of a conversion of five dollars, by the terms of this bank's chain */
  conversionFeeMicros: string;
  application(): Promise<string>;
  approval(): Promise<{ id: string; payloadHash: string }>;
  certification(how?: { isChecked: boolean }): Promise<string>;
}

export interface People {
  /** the session behind each cookie; nobody has one for "anonymous" */
  sessions: Record<Knocker, string | undefined>;
  subjects: Subjects;
}

/** Handles on the one database of a bank: as its web server, its worker and its owner see it. */
export interface BankHandles {
  app: Db;
  worker: Db;
  owner: Db;
}

const terms = async () => ({ issuanceFeeBps: 10n, redemptionFeeBps: 20n, isStale: false, isPaused: false });
const randomAddress = (): Address => `0x${randomBytes(20).toString("hex")}`;
const randomWord = (): Hex => `0x${randomBytes(32).toString("hex")}`;
const key = () => randomUUID();
const first = <T>(rows: T[]): T => rows[0] as T;

export const identityForm = () => ({
  fullName: "Ada Byron",
  birthDate: "1990-05-01",
  street: "12 Main St",
  city: "Rockville",
  zip: "20850",
  state: "MD",
  countyFips: "24031",
  taxNumber: `4${randomInt(10, 99)}${randomInt(10, 99)}${randomInt(1_000, 9_999)}`,
  filingStatus: "single",
  election: "flat",
  otherIncome: "",
  agreed: true,
});

export const operatorForm = () => ({
  kind: "validator",
  name: "Northgate Computing",
  controller: randomAddress(),
  ownerHash: randomWord(),
  affiliated: false,
  signer: randomAddress(),
  node: randomAddress(),
  evidence: evidenceKinds.map((kind) => ({ kind, digest: randomWord(), title: `Paper about ${kind}` })),
});

/** A payout as the index would book it. */
async function payoutOf(worker: Db, { address: wallet, walletId, profileId }: Customer): Promise<string> {
  const { chainId, contracts } = deployment();
  const hash = (): Hex => `0x${randomBytes(32).toString("hex")}`;
  const place = { chainId, blockNumber: 1n, blockHash: hash(), txHash: hash(), logIndex: 0 };
  const who = { wallet, walletId, profileId, operatorId: 1 };
  const amounts = {
    grossMicros: 1n,
    operatorFeeMicros: 0n,
    federalMicros: 0n,
    stateMicros: 0n,
    localMicros: 0n,
  };
  const payer = contracts.staking.toLowerCase() as Address;
  const rates = { netMicros: 1n, rateClass: 0, ruleVersion: 2026 };
  const row = { ...place, ...who, ...amounts, ...rates, payer, at: new Date() };
  return first(await worker.insert(payout).values(row).returning({ id: payout.id })).id;
}

/** Brings everybody to life in a bank, each with a session of their own, by the commands that the bank itself uses. */
export async function gather(
  { app, worker, owner }: BankHandles,
  { chainId, conversionFeeMicros }: { chainId: number; conversionFeeMicros: string },
): Promise<People> {
  const as = (actor: Actor): CommandContext => ({ actor, requestId: randomUUID(), db: app });
  const system: CommandContext = { ...as({ kind: "system", job: "doors" }), db: worker };

  async function resident(
    walletStatus: "new" | "verified" | "frozen",
    flag: "none" | "hold" | "block" = "none",
  ) {
    const opened = await app.transaction((tx) => openProfile(tx, system, { address: randomAddress() }));
    const { profileId, walletId, address } = opened;
    const sessionId = await insertSession(
      app,
      { kind: "customer", profileId, walletId, address, chainId },
      "doors",
    );
    const actor: Customer = { kind: "customer", profileId, walletId, address, sessionId };
    if (walletStatus !== "new") {
      const expiresAt = new Date(Date.now() + 365 * 86_400_000);
      await worker.update(wallet).set({ status: "verified", expiresAt }).where(eq(wallet.id, walletId));
      const { personId } = first(
        await worker
          .update(profile)
          .set({
            identityState: "verified",
            election: { filingStatus: "single", election: "flat", otherIncomeMicros: null },
          })
          .where(eq(profile.id, profileId))
          .returning({ personId: profile.personId }),
      );
      await worker
        .update(person)
        .set({ residenceState: "MD", countyFips: "24031" })
        .where(eq(person.id, personId));
      await bringDollars(as(actor), { amount: "100", clientKey: key() });
    }
    if (walletStatus === "frozen")
      await worker.update(wallet).set({ status: "frozen" }).where(eq(wallet.id, walletId));
    if (flag !== "none")
      await owner.update(profile).set({ complianceFlag: flag }).where(eq(profile.id, profileId));
    return actor;
  }

  async function member(role: StaffRole, isActive = true) {
    const { id: staffId } = first(
      await owner
        .insert(staff)
        .values({ username: `${role}-${randomUUID()}`, displayName: role, role, passwordHash: "scrypt$x$y" })
        .returning({ id: staff.id }),
    );
    const sessionId = await insertSession(app, { kind: "staff", staffId }, "doors");
    if (!isActive) await owner.update(staff).set({ isActive }).where(eq(staff.id, staffId));
    return { staffId, sessionId };
  }

  const a = await resident("verified");
  const clerk = await member("clerk");
  const signedOut = await resident("verified");
  await revokeSessions(app, { sessionId: signedOut.sessionId }, "doors");
  const receipt = await convertDollars(as(a), { amount: "50", clientKey: key() }, terms);

  const dollars = first(
    await app.select({ id: account.id }).from(account).where(eq(account.profileId, a.profileId)),
  );

  return {
    sessions: {
      anonymous: undefined,
      owner: a.sessionId,
      "other resident": (await resident("verified")).sessionId,
      unverified: (await resident("new")).sessionId,
      held: (await resident("verified", "hold")).sessionId,
      frozen: (await resident("frozen", "block")).sessionId,
      "clerk who asked": clerk.sessionId,
      "another clerk": (await member("clerk")).sessionId,
      compliance: (await member("compliance")).sessionId,
      valuer: (await member("valuer")).sessionId,
      custodian: (await member("custodian")).sessionId,
      examiner: (await member("examiner")).sessionId,
      "clerk who left": (await member("clerk", false)).sessionId,
      "signed out": signedOut.sessionId,
      "made up": "system:sign-in",
    },
    subjects: {
      ownersReceipt: receipt.issuanceId,
      ownersProfile: a.profileId,
      ownersAccount: String(dollars.id),
      ownersPayout: await payoutOf(worker, a),
      conversionFeeMicros,
      async ownersSession() {
        const { profileId, walletId, address } = a;
        return insertSession(app, { kind: "customer", profileId, walletId, address, chainId }, "elsewhere");
      },
      async application() {
        const somebody = await resident("new");
        return (await submitIdentity(as(somebody), identityForm())).applicationId;
      },
      async certification({ isChecked } = { isChecked: false }) {
        const ctx = as({ kind: "staff", staffId: clerk.staffId, role: "clerk", sessionId: clerk.sessionId });
        const { certificationId } = await applyForCertification(ctx, operatorForm(), async () => 0);
        for (const name of isChecked ? checkNames : [])
          await checkCertification(ctx, { certificationId, name, outcome: "passed" });
        return certificationId;
      },
      async approval() {
        const rich = await resident("verified");
        await bringDollars(as(rich), { amount: "20000", clientKey: key() });
        const asked = await convertDollars(as(rich), { amount: "15000", clientKey: key() }, terms);
        return first(
          await owner
            .update(approval)
            .set({ submittedBy: `staff:${clerk.staffId}` })
            .where(eq(approval.id, asked.approvalId as string))
            .returning({ id: approval.id, payloadHash: approval.payloadHash }),
        );
      },
    },
  };
}
