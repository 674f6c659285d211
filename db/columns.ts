import { sql } from "drizzle-orm";
import { bigint, customType, integer, numeric, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Address, Hex } from "viem";

/** Money: whole micros (1e-6 of a dollar or of a token); wei where the name says so. */
export const micros = (name: string) => numeric(name, { precision: 38, scale: 0, mode: "bigint" });
/** The bank's clock: it follows the demo clock, and the chain. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const bankNow = sql`bank.now()`;
export const realNow = sql`clock_timestamp()`;
export const id = () => uuid("id").primaryKey().default(sql`gen_random_uuid()`);
export const address = (name: string) => text(name).$type<Address>();
export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
export const hex = (name: string) => text(name).$type<Hex>();

/** Which bank, subsidiary and state a row belongs to; entries inherit it from their account. */
export const scope = () => ({
  bankId: text("bank_id").notNull().default(sql`bank.home_bank()`),
  subsidiaryId: text("subsidiary_id").notNull().default("main"),
  stateCode: text("state_code").notNull().default(sql`bank.home_state()`),
});

/** Where a row stands on the chain. */
export const chainPlace = () => ({
  chainId: integer("chain_id").notNull(),
  blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
  blockHash: hex("block_hash").notNull(),
  txHash: hex("tx_hash").notNull(),
  logIndex: integer("log_index").notNull(),
});
