import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bankNow, bytea, instant, micros, scope } from "@/db/columns";

export const ledger = pgSchema("ledger");

export const accountClass = ledger.table("account_class", {
  class: text("class").primaryKey(),
  asset: text("asset").notNull(),
  side: text("side", { enum: ["debit", "credit"] }).notNull(),
  /** who holds the supply, not what the bank owes: outside the sum */
  isMemo: boolean("is_memo").notNull(),
  /** may stand on either side, because it only carries what is under way */
  isClearing: boolean("is_clearing").notNull(),
  isCustomer: boolean("is_customer").notNull(),
  /** repeats what the chain did: opens by first use, and only the chain freezes it */
  isMirror: boolean("is_mirror").notNull(),
});

/** Totals move with events alone (db/repeatable/21_ledger_rules.sql). Micros of the account's asset. */
export const account = ledger.table(
  "account",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    ...scope(),
    class: text("class").notNull(),
    asset: text("asset").notNull(),
    side: text("side", { enum: ["debit", "credit"] }).notNull(),
    isClearing: boolean("is_clearing").notNull(),
    isCustomer: boolean("is_customer").notNull(),
    isMirror: boolean("is_mirror").notNull(),
    state: text("state", { enum: ["open", "frozen", "closed"] })
      .notNull()
      .default("open"),
    /** "" for the bank's own, else "profile:…", "wallet:0x…", "operator:1", "authority:US-MD", "class:0" */
    owner: text("owner").notNull().default(""),
    profileId: uuid("profile_id"),
    /** a customer's; the bank's own accounts keep none here and are read from checkpoints and legs: account_now */
    debitsMicros: micros("debits_micros").notNull().default(sql`0`),
    creditsMicros: micros("credits_micros").notNull().default(sql`0`),
    /** set aside by open holds */
    heldMicros: micros("held_micros").notNull().default(sql`0`),
    openedAt: instant("opened_at").notNull().default(bankNow),
  },
  (table) => [
    uniqueIndex("account_of_owner").on(table.owner, table.class, table.asset),
    index("account_profile").on(table.profileId),
  ],
);

export const event = ledger.table(
  "event",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().default(sql`ledger.draw_event()`),
    key: text("key").notNull(),
    payloadHash: bytea("payload_hash").notNull(),
    kind: text("kind").notNull(),
    subject: text("subject").notNull(),
    effectiveAt: instant("effective_at").notNull(),
    recordedAt: instant("recorded_at").notNull(),
    actor: text("actor").notNull(),
    requestId: text("request_id").notNull(),
    transferCount: integer("transfer_count").notNull(),
    detail: jsonb("detail").$type<Record<string, string>>().notNull().default({}),
    /** commit order is read from this, never from id */
    xactId: text("xact_id").notNull(),
    pendingCount: integer("pending_count").notNull().default(0),
    resolutionCount: integer("resolution_count").notNull().default(0),
    /** the event that this one corrects or refunds */
    corrects: bigint("corrects", { mode: "bigint" }),
    isRefund: boolean("is_refund").notNull().default(false),
  },
  (table) => [
    uniqueIndex("event_key").on(table.key),
    index("event_in_order").on(table.xactId, table.id),
    index("event_correction").on(table.corrects),
  ],
);

export const transfer = ledger.table(
  "transfer",
  {
    eventId: bigint("event_id", { mode: "bigint" }).notNull(),
    seq: integer("seq").notNull(),
    debitAccount: bigint("debit_account", { mode: "bigint" }).notNull(),
    creditAccount: bigint("credit_account", { mode: "bigint" }).notNull(),
    asset: text("asset").notNull(),
    amountMicros: micros("amount_micros").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.seq] }),
    index("transfer_debit").on(table.debitAccount, table.eventId),
    index("transfer_credit").on(table.creditAccount, table.eventId),
  ],
);

/** A hold: what an account may not use until it is posted, given back, or its time is over. */
export const pending = ledger.table(
  "pending",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: bigint("event_id", { mode: "bigint" }).notNull(),
    seq: integer("seq").notNull(),
    debitAccount: bigint("debit_account", { mode: "bigint" }).notNull(),
    creditAccount: bigint("credit_account", { mode: "bigint" }).notNull(),
    asset: text("asset").notNull(),
    amountMicros: micros("amount_micros").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [
    uniqueIndex("pending_event_id_seq_key").on(table.eventId, table.seq),
    index("pending_of_account").on(table.debitAccount, table.eventId),
  ],
);

/** How a hold ended, once; what was posted of it is a transfer of the same event. */
export const resolution = ledger.table(
  "resolution",
  {
    pendingId: bigint("pending_id", { mode: "bigint" }).primaryKey(),
    eventId: bigint("event_id", { mode: "bigint" }).notNull(),
    seq: integer("seq").notNull(),
    kind: text("kind", { enum: ["post", "void", "expire"] }).notNull(),
    transferSeq: integer("transfer_seq"),
  },
  (table) => [uniqueIndex("resolution_event_id_seq_key").on(table.eventId, table.seq)],
);

/** The holds that stand now; moved with the events, like an account's totals. */
export const openHold = ledger.table(
  "open_hold",
  {
    pendingId: bigint("pending_id", { mode: "bigint" }).primaryKey(),
    accountId: bigint("account_id", { mode: "bigint" }).notNull(),
    amountMicros: micros("amount_micros").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [index("open_hold_account").on(table.accountId), index("open_hold_expires").on(table.expiresAt)],
);

/** What stood on an account after every leg up to an event; legs with a later event come on top. */
export const checkpoint = ledger.table(
  "checkpoint",
  {
    accountId: bigint("account_id", { mode: "bigint" }).notNull(),
    eventId: bigint("event_id", { mode: "bigint" }).notNull(),
    debitsMicros: micros("debits_micros").notNull(),
    creditsMicros: micros("credits_micros").notNull(),
    legCount: integer("leg_count").notNull(),
    /** of the legs since the checkpoint before */
    earliestEffectiveAt: instant("earliest_effective_at").notNull(),
    latestEffectiveAt: instant("latest_effective_at").notNull(),
    earliestRecordedAt: instant("earliest_recorded_at").notNull(),
    latestRecordedAt: instant("latest_recorded_at").notNull(),
    /** of all legs up to here */
    allEffectiveBy: instant("all_effective_by").notNull(),
    allRecordedBy: instant("all_recorded_by").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.eventId] }),
    index("checkpoint_effective").on(table.accountId, table.allEffectiveBy, table.eventId),
    index("checkpoint_recorded").on(table.accountId, table.allRecordedBy, table.eventId),
  ],
);

/** Up to which event nothing is under way any more, and the next candidate for it. */
export const tide = ledger.table("tide", {
  single: boolean("single").primaryKey().default(true),
  settledEvent: bigint("settled_event", { mode: "bigint" }).notNull().default(sql`0`),
  customersUntil: bigint("customers_until", { mode: "bigint" }).notNull().default(sql`0`),
  nextEvent: bigint("next_event", { mode: "bigint" }).notNull().default(sql`0`),
  nextXact: text("next_xact").notNull().default("0"),
});

/** Every account with what stands on it now, a customer's and the bank's own alike. */
export const accountNow = ledger
  .view("account_now", {
    id: bigint("id", { mode: "bigint" }).notNull(),
    class: text("class").notNull(),
    asset: text("asset").notNull(),
    side: text("side", { enum: ["debit", "credit"] }).notNull(),
    owner: text("owner").notNull(),
    profileId: uuid("profile_id"),
    isCustomer: boolean("is_customer").notNull(),
    isClearing: boolean("is_clearing").notNull(),
    state: text("state", { enum: ["open", "frozen", "closed"] }).notNull(),
    heldMicros: micros("held_micros").notNull(),
    debitsMicros: micros("debits_micros").notNull(),
    creditsMicros: micros("credits_micros").notNull(),
  })
  .existing();

/** What an account is, apart from its totals, at its opening and after every change. */
export const accountHistory = ledger.table(
  "account_history",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: bigint("account_id", { mode: "bigint" }).notNull(),
    standing: jsonb("standing").$type<Record<string, unknown>>().notNull(),
    xactId: text("xact_id").notNull(),
  },
  (table) => [
    index("account_history_account").on(table.accountId, table.id),
    index("account_history_sealing").on(table.xactId),
  ],
);

/** Hides accounts and people in a period's batches; the worker alone reads it. */
export const sealSalt = ledger.table("seal_salt", {
  period: bigint("period", { mode: "bigint" }).primaryKey(),
  salt: bytea("salt").notNull(),
});

/** A Merkle batch of what the transactions from `fromXact` up to, not including, `toXact` committed. */
export const seal = ledger.table("seal", {
  number: bigint("number", { mode: "bigint" }).primaryKey(),
  period: bigint("period", { mode: "bigint" }).notNull(),
  fromXact: text("from_xact").notNull(),
  toXact: text("to_xact").notNull(),
  leafCount: integer("leaf_count").notNull(),
  root: bytea("root").notNull(),
  sealedAt: instant("sealed_at").notNull(),
  /** the complete subtrees of the log that end with this batch, smallest first */
  nodes: bytea("nodes").notNull(),
  /** the root of the log over batches 1 to this one */
  head: bytea("head").notNull(),
});

export const sealChunk = ledger.table(
  "seal_chunk",
  {
    seal: bigint("seal", { mode: "bigint" }).notNull(),
    place: integer("place").notNull(),
    leafCount: integer("leaf_count").notNull(),
    root: bytea("root").notNull(),
    firstXact: text("first_xact").notNull(),
    firstRank: integer("first_rank").notNull(),
    firstId: bigint("first_id", { mode: "bigint" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.seal, table.place] })],
);
