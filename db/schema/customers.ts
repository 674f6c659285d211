import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { address, bankNow, hex, id, instant, scope } from "@/db/columns";
import { bank } from "@/db/schema/installation";
import { staff } from "@/db/schema/staff";

/** A person or organisation. What identifies them is sealed per field; the blind index finds duplicates. */
export const person = bank.table("person", {
  id: id(),
  ...scope(),
  kind: text("kind", { enum: ["person", "organisation"] })
    .notNull()
    .default("person"),
  fullName: text("full_name"),
  birthDateSealed: text("birth_date_sealed"),
  taxNumberSealed: text("tax_number_sealed"),
  taxNumberIndex: text("tax_number_index"),
  addressSealed: text("address_sealed"),
  residenceState: text("residence_state"),
  countyFips: text("county_fips"),
  locality: text("locality"),
  createdAt: instant("created_at").notNull().default(bankNow),
  updatedAt: instant("updated_at").notNull().default(bankNow),
});

export const identityStates = [
  "none",
  "submitted",
  "approved",
  "verified",
  "refused",
  "refresh_needed",
] as const;
export type IdentityState = (typeof identityStates)[number];

/** How a person takes part; one person may have several. */
export const profile = bank.table("profile", {
  id: id(),
  ...scope(),
  personId: uuid("person_id")
    .notNull()
    .references(() => person.id),
  name: text("name").notNull().default("Personal"),
  kind: text("kind", { enum: ["direct", "custodial", "professional", "pool"] })
    .notNull()
    .default("direct"),
  status: text("status", { enum: ["open", "closed"] })
    .notNull()
    .default("open"),
  identityState: text("identity_state", { enum: identityStates }).notNull().default("none"),
  /** read by lib/compliance alone, never shown to the customer */
  complianceFlag: text("compliance_flag", { enum: ["none", "hold", "block"] })
    .notNull()
    .default("none"),
  /** the withholding election as lib/tax words it */
  election: jsonb("election").$type<Record<string, unknown>>(),
  createdAt: instant("created_at").notNull().default(bankNow),
  updatedAt: instant("updated_at").notNull().default(bankNow),
});

export const wallet = bank.table(
  "wallet",
  {
    id: id(),
    profileId: uuid("profile_id")
      .notNull()
      .references(() => profile.id),
    chainId: integer("chain_id").notNull(),
    /** lower case */
    address: address("address").notNull(),
    /** salted, one per wallet: nothing on chain leads from one wallet to the next */
    identityId: hex("identity_id").notNull(),
    identitySalt: hex("identity_salt").notNull(),
    status: text("status", { enum: ["new", "registering", "verified", "refresh_needed", "frozen", "closed"] })
      .notNull()
      .default("new"),
    /** 0xFFSSLL in half percentage points */
    rateClass: integer("rate_class"),
    nextRateClass: integer("next_rate_class"),
    nextRateClassEpoch: bigint("next_rate_class_epoch", { mode: "bigint" }),
    expiresAt: instant("expires_at"),
    lastGrantAt: instant("last_grant_at"),
    createdAt: instant("created_at").notNull().default(bankNow),
  },
  (table) => [
    uniqueIndex("wallet_address").on(table.chainId, table.address),
    uniqueIndex("wallet_identity_id").on(table.identityId),
  ],
);

export const applicationStates = ["submitted", "approved", "refused"] as const;

export const identityApplication = bank.table(
  "identity_application",
  {
    id: id(),
    profileId: uuid("profile_id")
      .notNull()
      .references(() => profile.id),
    walletId: uuid("wallet_id")
      .notNull()
      .references(() => wallet.id),
    state: text("state", { enum: applicationStates }).notNull().default("submitted"),
    fullName: text("full_name").notNull(),
    birthDateSealed: text("birth_date_sealed").notNull(),
    taxNumberSealed: text("tax_number_sealed").notNull(),
    taxNumberIndex: text("tax_number_index").notNull(),
    addressSealed: text("address_sealed").notNull(),
    residenceState: text("residence_state").notNull(),
    countyFips: text("county_fips").notNull(),
    locality: text("locality"),
    election: jsonb("election").$type<Record<string, unknown>>().notNull(),
    agreementVersion: text("agreement_version").notNull(),
    /** 0xFFSSLL, set when approved */
    rateClass: integer("rate_class"),
    decidedBy: uuid("decided_by").references(() => staff.id),
    decidedAt: instant("decided_at"),
    refusalReason: text("refusal_reason"),
    requestId: text("request_id").notNull(),
    submittedAt: instant("submitted_at").notNull().default(bankNow),
  },
  (table) => [uniqueIndex("identity_application_open").on(table.profileId).where(sql`state = 'submitted'`)],
);

export const disclosureAcceptance = bank.table("disclosure_acceptance", {
  id: id(),
  profileId: uuid("profile_id")
    .notNull()
    .references(() => profile.id),
  document: text("document").notNull(),
  version: text("version").notNull(),
  acceptedAt: instant("accepted_at").notNull().default(bankNow),
});

export const notification = bank.table("notification", {
  id: id(),
  profileId: uuid("profile_id")
    .notNull()
    .references(() => profile.id),
  kind: text("kind").notNull(),
  params: jsonb("params").$type<Record<string, string>>().notNull().default({}),
  requestId: text("request_id").notNull(),
  isPrivate: boolean("is_private").notNull().default(true),
  createdAt: instant("created_at").notNull().default(bankNow),
  readAt: instant("read_at"),
});
