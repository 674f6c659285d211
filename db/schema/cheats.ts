import { sql } from "drizzle-orm";
import { bigint, jsonb, text, uniqueIndex } from "drizzle-orm/pg-core";
import { bankNow, id, instant, micros } from "@/db/columns";
import { bank } from "@/db/schema/installation";

export const cheatKinds = ["balance", "deposit", "mint", "tax"] as const;
export type CheatKind = (typeof cheatKinds)[number];

/** Demo only: what a dishonest bank tried, one attempt at a time (db/migrations/0014_try_to_cheat.sql). */
export const cheat = bank.table(
  "cheat",
  {
    id: id(),
    kind: text("kind", { enum: cheatKinds }).notNull(),
    begunAt: instant("begun_at").notNull().default(bankNow),
    doneAt: instant("done_at"),
    /** the newest proposal when it was done: the first that can show it comes after that */
    doneBlock: bigint("done_block", { mode: "bigint" }),
    undoAskedAt: instant("undo_asked_at"),
    undoneAt: instant("undone_at"),
    undoneBlock: bigint("undone_block", { mode: "bigint" }),
    undoneXact: text("undone_xact"),
    equalAt: instant("equal_at"),
    mendedAt: instant("mended_at"),
    amountMicros: micros("amount_micros").notNull(),
    /** what everybody may read of it */
    told: jsonb("told").$type<Record<string, string>>().notNull().default({}),
    /** what undoing it needs */
    kept: jsonb("kept").$type<Record<string, string>>().notNull().default({}),
  },
  (table) => [uniqueIndex("one_cheat_at_a_time").on(sql`(true)`).where(sql`${table.mendedAt} IS NULL`)],
);
