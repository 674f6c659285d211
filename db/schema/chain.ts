import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { zeroHash } from "viem";
import { address, bankNow, chainPlace, hex, id, instant, micros, realNow } from "@/db/columns";

export const chain = pgSchema("chain");

/** Blocks as seen; only final ones credit anything. */
export const block = chain.table(
  "block",
  {
    chainId: integer("chain_id").notNull(),
    number: bigint("number", { mode: "bigint" }).notNull(),
    hash: hex("hash").notNull(),
    parentHash: hex("parent_hash").notNull(),
    at: instant("at").notNull(),
    isFinal: boolean("is_final").notNull().default(false),
    /** the transaction that credited it, which wrote its entries too */
    xactId: text("xact_id").notNull().default(sql`pg_current_xact_id()`),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.hash] }),
    uniqueIndex("block_final_number").on(table.chainId, table.number).where(sql`is_final`),
  ],
);

export const log = chain.table(
  "log",
  {
    ...chainPlace(),
    contract: address("contract").notNull(),
    event: text("event").notNull(),
    topics: jsonb("topics").$type<string[]>().notNull(),
    data: hex("data").notNull(),
    args: jsonb("args").$type<Record<string, unknown>>().notNull(),
    at: instant("at").notNull(),
    settledAt: instant("settled_at"),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.blockHash, table.txHash, table.logIndex] }),
    index("log_number").on(table.chainId, table.blockNumber),
    index("log_event").on(table.event, table.blockNumber),
    index("log_tx").on(table.txHash),
  ],
);

export const cursor = chain.table("cursor", {
  name: text("name").primaryKey(),
  chainId: integer("chain_id").notNull(),
  blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
  blockHash: hex("block_hash").notNull(),
  updatedAt: instant("updated_at").notNull().default(realNow),
});

export const senderNames = ["issuer", "registrar", "proposer", "remitter", "faucet", "certifier"] as const;
export type SenderName = (typeof senderNames)[number];

export const intentStates = ["queued", "signed", "sent", "mined", "final", "reverted", "cancelled"] as const;
export type IntentState = (typeof intentStates)[number];

/** What the bank wants to happen on the chain, once. The signer does the rest. */
export const outboxIntent = chain.table(
  "outbox_intent",
  {
    id: id(),
    chainId: integer("chain_id").notNull(),
    kind: text("kind").notNull(),
    businessKey: text("business_key").notNull(),
    sender: text("sender", { enum: senderNames }).notNull(),
    to: address("to_address").notNull(),
    data: hex("data").notNull(),
    valueWei: micros("value_wei").notNull().default(sql`0`),
    afterIntentId: uuid("after_intent_id"),
    requestId: text("request_id").notNull(),
    state: text("state", { enum: intentStates }).notNull().default("queued"),
    txHash: hex("tx_hash"),
    blockNumber: bigint("block_number", { mode: "bigint" }),
    error: text("error"),
    createdAt: instant("created_at").notNull().default(realNow),
    updatedAt: instant("updated_at").notNull().default(realNow),
  },
  (table) => [
    uniqueIndex("outbox_intent_business_key").on(table.businessKey),
    index("outbox_intent_open")
      .on(table.createdAt)
      .where(sql`state IN ('queued', 'signed', 'sent', 'mined')`),
  ],
);

/** Signed bytes, stored before they are sent. */
export const outboxAttempt = chain.table(
  "outbox_attempt",
  {
    id: id(),
    intentId: uuid("intent_id").notNull(),
    chainId: integer("chain_id").notNull(),
    sender: address("sender").notNull(),
    nonce: bigint("nonce", { mode: "bigint" }).notNull(),
    purpose: text("purpose", { enum: ["send", "replace", "cancel"] }).notNull(),
    txHash: hex("tx_hash").notNull(),
    rawTransaction: hex("raw_transaction").notNull(),
    maxFeePerGasWei: micros("max_fee_per_gas_wei").notNull(),
    maxPriorityFeePerGasWei: micros("max_priority_fee_per_gas_wei").notNull(),
    gasLimit: bigint("gas_limit", { mode: "bigint" }).notNull(),
    createdAt: instant("created_at").notNull().default(realNow),
    sentAt: instant("sent_at"),
    answer: text("answer"),
  },
  (table) => [
    uniqueIndex("outbox_attempt_hash").on(table.txHash),
    index("outbox_attempt_intent").on(table.intentId),
    index("outbox_attempt_nonce").on(table.chainId, table.sender, table.nonce),
  ],
);

export const nonce = chain.table(
  "nonce",
  {
    chainId: integer("chain_id").notNull(),
    address: address("address").notNull(),
    sender: text("sender", { enum: senderNames }).notNull(),
    nextNonce: bigint("next_nonce", { mode: "bigint" }).notNull(),
    updatedAt: instant("updated_at").notNull().default(realNow),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.address] })],
);

/** One row a final or proposed epoch; micros. */
export const epoch = chain.table(
  "epoch",
  {
    chainId: integer("chain_id").notNull(),
    number: bigint("number", { mode: "bigint" }).notNull(),
    digest: hex("digest").notNull(),
    state: text("state", { enum: ["proposed", "final"] }).notNull(),
    collectedMicros: micros("collected_micros").notNull(),
    distributedMicros: micros("distributed_micros").notNull(),
    carriedMicros: micros("carried_micros").notNull(),
    supplyMicros: micros("supply_micros").notNull(),
    marketMicros: micros("market_micros").notNull(),
    lendableMicros: micros("lendable_micros").notNull(),
    dataDigest: hex("data_digest").notNull(),
    booksRoot: hex("books_root").notNull(),
    entriesRoot: hex("entries_root").notNull().default(zeroHash),
    liabilitiesRoot: hex("liabilities_root").notNull().default(zeroHash),
    liabilitiesMicros: micros("liabilities_micros").notNull().default(sql`0`),
    previousDigest: hex("previous_digest").notNull(),
    parentBlockHash: hex("parent_block_hash").notNull(),
    proposedAt: instant("proposed_at").notNull(),
    proposedBlock: bigint("proposed_block", { mode: "bigint" }).notNull(),
    proposedTx: hex("proposed_tx").notNull(),
    finalAt: instant("final_at"),
    finalBlock: bigint("final_block", { mode: "bigint" }),
    finalTx: hex("final_tx"),
    signedWeight: micros("signed_weight"),
    signers: jsonb("signers").$type<number[]>(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.number, table.digest] })],
);

/** What the validators were shown of an epoch; a replaced proposal has one of its own. */
export const epochBatch = chain.table(
  "epoch_batch",
  {
    chainId: integer("chain_id").notNull(),
    number: bigint("number", { mode: "bigint" }).notNull(),
    seal: bigint("seal", { mode: "bigint" }).notNull(),
    block: bigint("block", { mode: "bigint" }).notNull(),
    booksRoot: hex("books_root").notNull(),
    entriesRoot: hex("entries_root").notNull(),
    entriesDigest: hex("entries_digest").notNull(),
    liabilitiesRoot: hex("liabilities_root").notNull(),
    liabilitiesMicros: micros("liabilities_micros").notNull(),
    /** the file's first line */
    manifest: text("manifest").notNull(),
    /** its name in the bank's folder of batches */
    file: text("file").notNull(),
    /** wrong on purpose */
    isCanary: boolean("is_canary").notNull().default(false),
    builtAt: instant("built_at").notNull().default(realNow),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.number, table.seal, table.isCanary] }),
    uniqueIndex("epoch_batch_entries").on(table.entriesRoot),
  ],
);

export const epochAttestation = chain.table(
  "epoch_attestation",
  {
    chainId: integer("chain_id").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }).notNull(),
    digest: hex("digest").notNull(),
    operatorId: integer("operator_id").notNull(),
    signer: address("signer").notNull(),
    verdict: text("verdict", { enum: ["signed", "refused"] }).notNull(),
    signature: hex("signature"),
    findings: jsonb("findings").$type<string[]>().notNull().default([]),
    at: instant("at").notNull().default(bankNow),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.digest, table.signer] })],
);

/** RewardDistributed: what an operator's stakers got to share in an epoch. */
export const reward = chain.table(
  "reward",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    operatorId: integer("operator_id").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }).notNull(),
    grossMicros: micros("gross_micros").notNull(),
    operatorFeeMicros: micros("operator_fee_micros").notNull(),
    dripEndsAt: instant("drip_ends_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] })],
);

/** gross = operator fee + federal + state + local + net, as the chain paid it. */
export const payout = chain.table(
  "payout",
  {
    id: id(),
    ...chainPlace(),
    at: instant("at").notNull(),
    wallet: address("wallet").notNull(),
    walletId: uuid("wallet_id"),
    profileId: uuid("profile_id"),
    payer: address("payer").notNull(),
    operatorId: integer("operator_id").notNull(),
    grossMicros: micros("gross_micros").notNull(),
    operatorFeeMicros: micros("operator_fee_micros").notNull(),
    federalMicros: micros("federal_micros").notNull(),
    stateMicros: micros("state_micros").notNull(),
    localMicros: micros("local_micros").notNull(),
    netMicros: micros("net_micros").notNull(),
    rateClass: integer("rate_class").notNull(),
    ruleVersion: integer("rule_version").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }),
    eventId: bigint("event_id", { mode: "bigint" }),
  },
  (table) => [
    uniqueIndex("payout_place").on(table.chainId, table.blockHash, table.logIndex),
    index("payout_wallet").on(table.wallet, table.at),
    index("payout_profile").on(table.profileId, table.at),
    index("payout_in_order").on(table.chainId, table.blockNumber, table.logIndex),
  ],
);

/** The same payout by authority, with the reason in words. */
export const payoutLine = chain.table(
  "payout_line",
  {
    payoutId: uuid("payout_id")
      .notNull()
      .references(() => payout.id),
    seq: smallint("seq").notNull(),
    level: text("level", { enum: ["federal", "state", "local"] }).notNull(),
    jurisdiction: text("jurisdiction").notNull(),
    name: text("name").notNull(),
    statutoryPpm: integer("statutory_ppm").notNull(),
    withheldPpm: integer("withheld_ppm").notNull(),
    amountMicros: micros("amount_micros").notNull(),
    why: text("why").notNull(),
    source: text("source").notNull(),
    inForceFrom: text("in_force_from").notNull(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.seq] })],
);

export const stakeEvent = chain.table(
  "stake_event",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    kind: text("kind", { enum: ["staked", "unbond_requested", "withdrawn"] }).notNull(),
    wallet: address("wallet").notNull(),
    operatorId: integer("operator_id").notNull(),
    unbondId: micros("unbond_id"),
    amountMicros: micros("amount_micros").notNull(),
    earnsFromEpoch: bigint("earns_from_epoch", { mode: "bigint" }),
    withdrawableAt: instant("withdrawable_at"),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] }),
    index("stake_event_wallet").on(table.wallet, table.at),
  ],
);

export const feeKinds = [
  "issuance",
  "redemption",
  "data_validation",
  "pledge",
  "trading",
  "liquidity",
] as const;

export const fee = chain.table(
  "fee",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    kind: text("kind", { enum: feeKinds }).notNull(),
    payer: address("payer").notNull(),
    amountMicros: micros("amount_micros").notNull(),
    ref: hex("ref").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] }),
    index("fee_at").on(table.at),
  ],
);

export const dataValidation = chain.table(
  "data_validation",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    validationId: micros("validation_id").notNull(),
    client: address("client").notNull(),
    dataRoot: hex("data_root").notNull(),
    feeMicros: micros("fee_micros").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] })],
);

export const reserveAttestation = chain.table(
  "reserve_attestation",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    marketMicros: micros("market_micros").notNull(),
    lendableMicros: micros("lendable_micros").notNull(),
    positionsRoot: hex("positions_root").notNull(),
    asOf: instant("as_of").notNull(),
    valuer: address("valuer").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] })],
);

export const operatorStates = [
  "approved",
  "bonded",
  "active",
  "exiting",
  "exited",
  "jailed",
  "revoked",
] as const;
export type OperatorState = (typeof operatorStates)[number];

/** An operator as the registry's events tell it. Keys of the founders stand in no event: null until they change. */
export const operator = chain.table(
  "operator",
  {
    chainId: integer("chain_id").notNull(),
    operatorId: integer("operator_id").notNull(),
    state: text("state", { enum: operatorStates }).notNull(),
    affiliated: boolean("affiliated").notNull().default(false),
    seated: boolean("seated").notNull().default(false),
    strikes: integer("strikes").notNull().default(0),
    controller: address("controller").notNull(),
    ownerHash: hex("owner_hash").notNull(),
    signer: address("signer"),
    node: address("node"),
    payoutWallet: address("payout_wallet"),
    commissionBps: integer("commission_bps").notNull().default(0),
    isOpen: boolean("is_open").notNull().default(false),
    bondMicros: micros("bond_micros").notNull().default(sql`0`),
    certifiedUntil: instant("certified_until"),
    /** why the certificate was revoked, by its hash */
    orderHash: hex("order_hash"),
    stateSince: instant("state_since").notNull(),
    enteredAt: instant("entered_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.operatorId] })],
);

export const operatorApplication = chain.table(
  "operator_application",
  {
    chainId: integer("chain_id").notNull(),
    controller: address("controller").notNull(),
    ownerHash: hex("owner_hash").notNull(),
    signer: address("signer").notNull(),
    node: address("node").notNull(),
    payoutWallet: address("payout_wallet").notNull(),
    commissionBps: integer("commission_bps").notNull(),
    state: text("state", { enum: ["applied", "withdrawn", "approved"] }).notNull(),
    operatorId: integer("operator_id"),
    appliedAt: instant("applied_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.controller] })],
);

/** New keys that wait for their epoch. */
export const operatorChange = chain.table(
  "operator_change",
  {
    chainId: integer("chain_id").notNull(),
    operatorId: integer("operator_id").notNull(),
    signer: address("signer"),
    node: address("node"),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.operatorId] })],
);

export const operatorHistoryKinds = [
  "certified",
  "state",
  "struck",
  "slashed",
  "revoked",
  "changed",
  "double_sign",
] as const;

/** What happened to an operator, in the order of the chain. */
export const operatorHistory = chain.table(
  "operator_history",
  {
    ...chainPlace(),
    at: instant("at").notNull(),
    operatorId: integer("operator_id").notNull(),
    kind: text("kind", { enum: operatorHistoryKinds }).notNull(),
    state: text("state"),
    reason: text("reason"),
    strikes: integer("strikes"),
    certifiedUntil: instant("certified_until"),
    fromBondMicros: micros("from_bond_micros"),
    fromStakeMicros: micros("from_stake_micros"),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] }),
    index("operator_history_operator").on(table.operatorId, table.blockNumber, table.logIndex),
  ],
);

/** One row for every seat of every proposal. */
export const epochVote = chain.table(
  "epoch_vote",
  {
    chainId: integer("chain_id").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }).notNull(),
    digest: hex("digest").notNull(),
    operatorId: integer("operator_id").notNull(),
    entriesSeal: hex("entries_seal").notNull(),
    committedAt: instant("committed_at"),
    revealedAt: instant("revealed_at"),
    verdict: text("verdict", { enum: ["agreed", "refused", "wrong"] }),
    reason: text("reason"),
    signed: boolean("signed").notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.chainId, table.digest, table.operatorId] }),
    index("epoch_vote_operator").on(table.operatorId, table.epochNumber),
  ],
);

/** A proposal that was faulty on purpose, once opened. */
export const canary = chain.table(
  "canary",
  {
    chainId: integer("chain_id").notNull(),
    digest: hex("digest").notNull(),
    epochNumber: bigint("epoch_number", { mode: "bigint" }).notNull(),
    struck: jsonb("struck").$type<number[]>().notNull(),
    paid: jsonb("paid").$type<number[]>().notNull(),
    rewardEachMicros: micros("reward_each_micros").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chainId, table.digest] })],
);
