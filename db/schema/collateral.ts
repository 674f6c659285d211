import { sql } from "drizzle-orm";
import { bigint, integer, jsonb, primaryKey, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { address, bankNow, hex, id, instant, micros, scope } from "@/db/columns";
import { approval } from "@/db/schema/control";
import { profile, wallet } from "@/db/schema/customers";
import { bank } from "@/db/schema/installation";

export const positionStates = ["requested", "receipted", "recorded", "released", "cancelled"] as const;

/** One asset in custody. Class numbers are the contract's: 0 cash … 10 trust interest. */
export const collateralPosition = bank.table(
  "collateral_position",
  {
    id: id(),
    ...scope(),
    positionId: hex("position_id").notNull(),
    profileId: uuid("profile_id").references(() => profile.id),
    class: smallint("class").notNull(),
    origin: text("origin", { enum: ["exchange", "pledge"] }).notNull(),
    state: text("state", { enum: positionStates }).notNull().default("requested"),
    marketMicros: micros("market_micros").notNull(),
    lendableMicros: micros("lendable_micros").notNull(),
    costMicros: micros("cost_micros").notNull(),
    /** tokens minted against it, as seen in finalized blocks */
    issuedMicros: micros("issued_micros").notNull().default(sql`0`),
    /** promised to a release that is not final yet, and released */
    releasingMicros: micros("releasing_micros").notNull().default(sql`0`),
    releasedMicros: micros("released_micros").notNull().default(sql`0`),
    receiptHash: hex("receipt_hash"),
    asOf: instant("as_of"),
    expiresAt: instant("expires_at"),
    custodian: address("custodian"),
    custodianSignature: hex("custodian_signature"),
    valuer: address("valuer"),
    valuerSignature: hex("valuer_signature"),
    perfection: jsonb("perfection").$type<Record<string, unknown>>(),
    recordedAt: instant("recorded_at"),
    createdAt: instant("created_at").notNull().default(bankNow),
  },
  (table) => [uniqueIndex("collateral_position_id").on(table.positionId)],
);

export const issuanceStates = [
  "awaiting_approval",
  "requested",
  "receipted",
  "submitted",
  "minted",
  "refunded",
] as const;
export type IssuanceState = (typeof issuanceStates)[number];

/** Dollars that become tokens. */
export const issuance = bank.table(
  "issuance",
  {
    id: id(),
    issuanceId: hex("issuance_id").notNull(),
    positionRowId: uuid("position_row_id")
      .notNull()
      .references(() => collateralPosition.id),
    profileId: uuid("profile_id")
      .notNull()
      .references(() => profile.id),
    walletId: uuid("wallet_id")
      .notNull()
      .references(() => wallet.id),
    /** made in the browser before the first click */
    clientKey: text("client_key").notNull(),
    state: text("state", { enum: issuanceStates }).notNull(),
    grossMicros: micros("gross_micros").notNull(),
    feeMicros: micros("fee_micros").notNull(),
    approvalId: uuid("approval_id").references(() => approval.id),
    recordIntentId: uuid("record_intent_id"),
    mintIntentId: uuid("mint_intent_id"),
    refundReason: text("refund_reason"),
    requestId: text("request_id").notNull(),
    requestedAt: instant("requested_at").notNull().default(bankNow),
    mintedAt: instant("minted_at"),
    chainId: integer("chain_id"),
    blockNumber: bigint("block_number", { mode: "bigint" }),
    txHash: hex("tx_hash"),
  },
  (table) => [
    uniqueIndex("issuance_id").on(table.issuanceId),
    uniqueIndex("issuance_client_key").on(table.profileId, table.clientKey),
  ],
);

export const redemptionStates = ["prepared", "credited", "releasing", "released"] as const;

/** Tokens that become dollars. */
export const redemption = bank.table(
  "redemption",
  {
    id: id(),
    redemptionId: hex("redemption_id").notNull(),
    profileId: uuid("profile_id").references(() => profile.id),
    walletId: uuid("wallet_id").references(() => wallet.id),
    clientKey: text("client_key"),
    state: text("state", { enum: redemptionStates }).notNull(),
    grossMicros: micros("gross_micros").notNull(),
    feeMicros: micros("fee_micros").notNull(),
    releaseId: hex("release_id"),
    custodianSignature: hex("custodian_signature"),
    releaseIntentId: uuid("release_intent_id"),
    requestId: text("request_id").notNull(),
    preparedAt: instant("prepared_at").notNull().default(bankNow),
    creditedAt: instant("credited_at"),
    releasedAt: instant("released_at"),
    chainId: integer("chain_id"),
    blockNumber: bigint("block_number", { mode: "bigint" }),
    txHash: hex("tx_hash"),
  },
  (table) => [
    uniqueIndex("redemption_id").on(table.redemptionId),
    uniqueIndex("redemption_client_key").on(table.profileId, table.clientKey),
  ],
);

/** Which positions a redemption gives back, oldest first. */
export const redemptionRelease = bank.table(
  "redemption_release",
  {
    redemptionRowId: uuid("redemption_row_id")
      .notNull()
      .references(() => redemption.id),
    positionRowId: uuid("position_row_id")
      .notNull()
      .references(() => collateralPosition.id),
    amountMicros: micros("amount_micros").notNull(),
    releasedAt: instant("released_at"),
  },
  (table) => [primaryKey({ columns: [table.redemptionRowId, table.positionRowId] })],
);

/** Dollars in from, or out to, a customer's account elsewhere. */
export const dollarTransfer = bank.table(
  "dollar_transfer",
  {
    id: id(),
    profileId: uuid("profile_id")
      .notNull()
      .references(() => profile.id),
    direction: text("direction", { enum: ["in", "out"] }).notNull(),
    rail: text("rail", { enum: ["ach", "demo"] }).notNull(),
    state: text("state", { enum: ["initiated", "settled", "returned"] })
      .notNull()
      .default("initiated"),
    amountMicros: micros("amount_micros").notNull(),
    clientKey: text("client_key").notNull(),
    railReference: text("rail_reference"),
    requestId: text("request_id").notNull(),
    initiatedAt: instant("initiated_at").notNull().default(bankNow),
    settledAt: instant("settled_at"),
  },
  (table) => [uniqueIndex("dollar_transfer_client_key").on(table.profileId, table.clientKey)],
);
