import { and, asc, desc, eq, ilike, or, sql } from "drizzle-orm";
import type { Address } from "viem";
import { dbFor, type Executor } from "@/db/client";
import { approval } from "@/db/schema/control";
import {
  type IdentityState,
  identityApplication,
  notification,
  person,
  profile,
  wallet,
} from "@/db/schema/customers";
import { accountNow } from "@/db/schema/ledger";
import { staff } from "@/db/schema/staff";
import type { Actor } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { openField } from "@/lib/crypto/field";
import { applicationField, type SealedAddress } from "@/lib/customers/sealed";
import { maskTaxNumber } from "@/lib/customers/tax-number";
import { AppError } from "@/lib/errors";
import { type AccountClass, type Asset, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { type OpenHold, openHolds, type Standing, standingIn } from "@/lib/ledger/queries";
import { countyName } from "@/lib/state-profile/profile";

function own(actor: Actor): { profileId: string } {
  requirePermission(actor, "profile:read_own");
  if (actor.kind !== "customer") throw new AppError("not_allowed");
  return { profileId: actor.profileId };
}

export type OwnIdentity = {
  profileId: string;
  /** holds and expiry both read as "refresh_needed" */
  state: IdentityState;
  fullName: string | null;
  residenceState: string | null;
  countyFips: string | null;
  county: string | null;
  election: Record<string, unknown> | null;
  wallet: {
    id: string;
    address: Address;
    status: string;
    rateClass: number | null;
    nextRateClass: number | null;
    expiresAt: Date | null;
  } | null;
  application: {
    id: string;
    state: "submitted" | "approved" | "refused";
    submittedAt: Date;
    decidedAt: Date | null;
    refusalReason: string | null;
  } | null;
};

/** Where the customer's own identity check stands. */
export async function ownIdentity(actor: Actor, db: Executor = dbFor("app")): Promise<OwnIdentity> {
  const { profileId } = own(actor);
  const ownWalletOnly =
    actor.kind === "customer" && actor.walletId ? eq(wallet.id, actor.walletId) : undefined;
  const [[row], [ownWallet], [application]] = await Promise.all([
    db
      .select({ profile, person })
      .from(profile)
      .innerJoin(person, eq(person.id, profile.personId))
      .where(eq(profile.id, profileId)),
    db
      .select({ wallet, isExpired: sql<boolean>`coalesce(${wallet.expiresAt} <= bank.now(), false)` })
      .from(wallet)
      .where(and(eq(wallet.profileId, profileId), ownWalletOnly))
      .orderBy(asc(wallet.createdAt))
      .limit(1),
    db
      .select()
      .from(identityApplication)
      .where(eq(identityApplication.profileId, profileId))
      .orderBy(desc(identityApplication.submittedAt))
      .limit(1),
  ]);
  if (!row) throw new AppError("not_found");
  const { residenceState, countyFips } = row.person;
  const state = row.profile.identityState;
  return {
    profileId,
    state: state === "verified" && ownWallet?.isExpired ? "refresh_needed" : state,
    fullName: row.person.fullName ?? application?.fullName ?? null,
    residenceState,
    countyFips,
    county: residenceState && countyFips ? (countyName(countyFips, residenceState) ?? null) : null,
    election: row.profile.election,
    wallet: ownWallet
      ? {
          id: ownWallet.wallet.id,
          address: ownWallet.wallet.address,
          status: ownWallet.wallet.status === "frozen" ? "refresh_needed" : ownWallet.wallet.status,
          rateClass: ownWallet.wallet.rateClass,
          nextRateClass: ownWallet.wallet.nextRateClass,
          expiresAt: ownWallet.wallet.expiresAt,
        }
      : null,
    application: application
      ? {
          id: application.id,
          state: application.state,
          submittedAt: application.submittedAt,
          decidedAt: application.decidedAt,
          refusalReason: application.refusalReason,
        }
      : null,
  };
}

export async function ownNotifications(actor: Actor, db: Executor = dbFor("app")) {
  return db
    .select()
    .from(notification)
    .where(eq(notification.profileId, own(actor).profileId))
    .orderBy(desc(notification.createdAt))
    .limit(50);
}

export type QueueRow = {
  id: string;
  fullName: string;
  residenceState: string;
  county: string | null;
  state: "submitted" | "approved" | "refused";
  submittedAt: Date;
  taxNumberMasked: string;
};

const maskedOf = (row: { id: string; taxNumberSealed: string }) =>
  maskTaxNumber(openField(row.taxNumberSealed, applicationField(row.id, "tax_number")));

/** Applications, the oldest open ones first. */
export async function identityQueue(
  actor: Actor,
  {
    state = "submitted",
    limit = 50,
    offset = 0,
  }: { state?: QueueRow["state"]; limit?: number; offset?: number } = {},
  db: Executor = dbFor("app"),
): Promise<{ rows: QueueRow[]; total: number }> {
  requirePermission(actor, "identity:read");
  const where = eq(identityApplication.state, state);
  const byTime = state === "submitted" ? asc : desc;
  const [rows, [count]] = await Promise.all([
    db
      .select()
      .from(identityApplication)
      .where(where)
      .orderBy(byTime(identityApplication.submittedAt))
      .limit(Math.min(limit, 200))
      .offset(offset),
    db.select({ total: sql<number>`count(*)::int` }).from(identityApplication).where(where),
  ]);
  return {
    total: count?.total ?? 0,
    rows: rows.map((row) => ({
      id: row.id,
      fullName: row.fullName,
      residenceState: row.residenceState,
      county: countyName(row.countyFips, row.residenceState) ?? null,
      state: row.state,
      submittedAt: row.submittedAt,
      taxNumberMasked: maskedOf(row),
    })),
  };
}

export type Town = Omit<SealedAddress, "street">;

export type ApplicationView = QueueRow & {
  profileId: string;
  /** the year alone */
  birthDateMasked: string;
  address: Town;
  countyFips: string;
  election: Record<string, unknown>;
  walletAddress: Address;
  rateClass: number | null;
  decidedAt: Date | null;
  decidedBy: string | null;
  refusalReason: string | null;
};

/** An address without its street. */
function townOf(sealed: string): Town {
  const { city, zip } = JSON.parse(sealed) as SealedAddress;
  return { city, zip };
}

/** One application as staff see it: the tax number stays masked until it is revealed on record. */
export async function identityApplicationById(
  actor: Actor,
  id: string,
  db: Executor = dbFor("app"),
): Promise<ApplicationView> {
  requirePermission(actor, "identity:read");
  const [found] = await db
    .select({ row: identityApplication, address: wallet.address, decidedByName: staff.displayName })
    .from(identityApplication)
    .innerJoin(wallet, eq(wallet.id, identityApplication.walletId))
    .leftJoin(staff, eq(staff.id, identityApplication.decidedBy))
    .where(sql`${identityApplication.id}::text = ${id}`);
  if (!found) throw new AppError("not_found");
  const { row } = found;
  return {
    id: row.id,
    profileId: row.profileId,
    fullName: row.fullName,
    residenceState: row.residenceState,
    countyFips: row.countyFips,
    county: countyName(row.countyFips, row.residenceState) ?? null,
    state: row.state,
    submittedAt: row.submittedAt,
    taxNumberMasked: maskedOf(row),
    birthDateMasked: `${openField(row.birthDateSealed, applicationField(row.id, "birth_date")).slice(0, 4)}-••-••`,
    address: townOf(openField(row.addressSealed, applicationField(row.id, "address"))),
    election: row.election,
    walletAddress: found.address,
    rateClass: row.rateClass,
    decidedAt: row.decidedAt,
    decidedBy: found.decidedByName,
    refusalReason: row.refusalReason,
  };
}

export type CustomerRow = {
  profileId: string;
  fullName: string | null;
  walletAddress: Address;
  identityState: IdentityState;
  walletStatus: string;
  residenceState: string | null;
  openedAt: Date;
};

/** Customers by name or wallet, for staff. */
export async function findCustomers(
  actor: Actor,
  text: string,
  db: Executor = dbFor("app"),
): Promise<CustomerRow[]> {
  requirePermission(actor, "customer:find");
  const wanted = text.trim().slice(0, 100);
  const pattern = `%${wanted.replace(/[\\%_]/g, "\\$&")}%`;
  return db
    .select({
      profileId: profile.id,
      fullName: person.fullName,
      walletAddress: wallet.address,
      identityState: profile.identityState,
      walletStatus: wallet.status,
      residenceState: person.residenceState,
      openedAt: profile.createdAt,
    })
    .from(profile)
    .innerJoin(person, eq(person.id, profile.personId))
    .innerJoin(wallet, eq(wallet.profileId, profile.id))
    .where(wanted === "" ? undefined : or(ilike(person.fullName, pattern), ilike(wallet.address, pattern)))
    .orderBy(desc(profile.createdAt))
    .limit(50);
}

export type CustomerAccount = Standing & {
  id: string;
  class: AccountClass;
  asset: Asset;
  state: "open" | "frozen" | "closed";
  /** repeats the chain: only the chain freezes it */
  isMirror: boolean;
  holds: OpenHold[];
  /** the second person who was asked to let it open */
  openingApprovalId: string | null;
};

/** Somebody's accounts with what stands on them, as the desk sees them. */
export async function customerAccounts(
  actor: Actor,
  profileId: string,
  db: Executor = dbFor("app"),
): Promise<{ profileId: string; fullName: string | null; accounts: CustomerAccount[] }> {
  requirePermission(actor, "customer:find");
  const [found] = await db
    .select({ profileId: profile.id, fullName: person.fullName })
    .from(profile)
    .innerJoin(person, eq(person.id, profile.personId))
    .where(sql`${profile.id}::text = ${profileId}`);
  if (!found) throw new AppError("not_found");
  const rows = await db
    .select()
    .from(accountNow)
    .where(eq(accountNow.profileId, found.profileId))
    .orderBy(desc(accountNow.asset), asc(accountNow.id));
  const asked = await db
    .select({ id: approval.id, subject: approval.subject })
    .from(approval)
    .where(and(eq(approval.kind, "account_opened"), eq(approval.state, "submitted")));
  const accounts = rows.map(async (row) => {
    const name = row.class as AccountClass;
    return {
      id: row.id.toString(),
      class: name,
      asset: row.asset as Asset,
      state: row.state,
      isMirror: chartOfAccounts[name].isMirror,
      holds: row.heldMicros > 0n ? await openHolds(db, { class: name, owner: row.owner }) : [],
      openingApprovalId: asked.find(({ subject }) => subject === `account:${row.id}`)?.id ?? null,
      ...standingIn(row),
    };
  });
  return { ...found, accounts: await Promise.all(accounts) };
}
