import { sql } from "drizzle-orm";
import { boolean, index, integer, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { address, id, instant, realNow } from "@/db/columns";
import { bank } from "@/db/schema/installation";

export const staffRoles = ["clerk", "compliance", "valuer", "custodian", "examiner"] as const;

export const staff = bank.table(
  "staff",
  {
    id: id(),
    username: text("username").notNull(),
    displayName: text("display_name").notNull(),
    role: text("role", { enum: staffRoles }).notNull(),
    passwordHash: text("password_hash").notNull(),
    isActive: boolean("is_active").notNull().default(true),
    createdAt: instant("created_at").notNull().default(realNow),
  },
  (table) => [uniqueIndex("staff_username").on(table.username)],
);

/** Sessions and sign-in messages keep real time: the demo clock must not end or stretch them. */
export const session = bank.table(
  "session",
  {
    id: id(),
    kind: text("kind", { enum: ["customer", "staff"] }).notNull(),
    profileId: uuid("profile_id"),
    walletId: uuid("wallet_id"),
    staffId: uuid("staff_id"),
    address: address("address"),
    chainId: integer("chain_id"),
    userAgent: text("user_agent"),
    createdAt: instant("created_at").notNull().default(realNow),
    seenAt: instant("seen_at").notNull().default(realNow),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    revokedBy: text("revoked_by"),
  },
  (table) => [index("session_profile").on(table.profileId).where(sql`revoked_at IS NULL`)],
);

export const siweNonce = bank.table("siwe_nonce", {
  nonce: text("nonce").primaryKey(),
  /** ties the nonce to the browser that asked for it */
  browserHash: text("browser_hash"),
  createdAt: instant("created_at").notNull().default(realNow),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  usedBy: address("used_by"),
});

/** Attempts counted per key and window, for limits that must hold across processes. */
export const rateWindow = bank.table("rate_window", {
  key: text("key").primaryKey(),
  startedAt: instant("started_at").notNull().default(realNow),
  count: integer("count").notNull().default(0),
});
