import { bigint, boolean, integer, jsonb, pgSchema, primaryKey, text } from "drizzle-orm/pg-core";
import { bankNow, instant, realNow } from "@/db/columns";

export const bank = pgSchema("bank");

/** One row: which bank this database belongs to. Changing the state on kept data is refused. */
export const installation = bank.table("installation", {
  single: boolean("single").primaryKey().default(true),
  bankId: text("bank_id").notNull(),
  stateCode: text("state_code").notNull(),
  mode: text("mode", { enum: ["demo", "production"] }).notNull(),
  createdAt: instant("created_at").notNull().default(realNow),
});

export const demoClock = bank.table("demo_clock", {
  single: boolean("single").primaryKey().default(true),
  /** seconds added to the database's time */
  offsetSeconds: bigint("offset_seconds", { mode: "bigint" }).notNull(),
  movedAt: instant("moved_at").notNull().default(realNow),
});

export const switchNames = ["mint", "issue", "stake", "payout", "sign_in", "redeem", "send"] as const;
export type SwitchName = (typeof switchNames)[number];

export const switches = bank.table("switch", {
  name: text("name", { enum: switchNames }).primaryKey(),
  isOn: boolean("is_on").notNull().default(true),
  reason: text("reason"),
  changedBy: text("changed_by").notNull().default("system:start"),
  changedAt: instant("changed_at").notNull().default(bankNow),
});

/** Servers and timelines that these books have lived on; more than one means that they were restored. */
export const origin = bank.table(
  "origin",
  {
    systemIdentifier: text("system_identifier").notNull(),
    timeline: integer("timeline").notNull(),
    noticedAt: instant("noticed_at").notNull().default(realNow),
  },
  (table) => [primaryKey({ columns: [table.systemIdentifier, table.timeline] })],
);

/** Each process says that it lives; health reads it. Real time. */
export const heartbeat = bank.table("heartbeat", {
  process: text("process").primaryKey(),
  at: instant("at").notNull().default(realNow),
  detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
});
