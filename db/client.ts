import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as certification from "@/db/schema/certification";
import * as chain from "@/db/schema/chain";
import * as cheats from "@/db/schema/cheats";
import * as collateral from "@/db/schema/collateral";
import * as control from "@/db/schema/control";
import * as customers from "@/db/schema/customers";
import * as installation from "@/db/schema/installation";
import * as ledger from "@/db/schema/ledger";
import * as staff from "@/db/schema/staff";
import { type DatabaseRole, databaseUrl } from "@/lib/env";
import { log } from "@/lib/log";

export const schema = {
  ...certification,
  ...cheats,
  ...installation,
  ...staff,
  ...customers,
  ...control,
  ...collateral,
  ...ledger,
  ...chain,
};

export type Db = NodePgDatabase<typeof schema>;
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
/** Either: for reads that may run inside somebody's transaction. */
export type Executor = Db | Tx;

export type OpenDb = { db: Db; pool: pg.Pool; close: () => Promise<void> };

/** Rows of one transaction wait at most this long for another's. */
const waits = {
  lock_timeout: 10_000,
  statement_timeout: 30_000,
  idle_in_transaction_session_timeout: 30_000,
  // a server that dies in the middle of a handshake must not be waited for without end
  connectionTimeoutMillis: 30_000,
};

export function openDb(
  url: string,
  { max = 10, name = "granary" }: { max?: number; name?: string } = {},
): OpenDb {
  const pool = new pg.Pool({ connectionString: url, max, application_name: name, ...waits });
  // A client that loses its server says so, also while somebody holds it; without a listener it would end the process.
  const lost = (error: Error) => log.warn({ error: error.message, name }, "a database connection was lost");
  pool.on("error", lost);
  pool.on("connect", (client) => client.on("error", lost));
  const db = drizzle(pool, { schema });
  // drizzle's own sends `begin` before it minds to give the connection back: each one that had died in the pool was gone
  // from it for good, until none was left.
  db.transaction = async (work, config) => {
    const client = await pool.connect();
    try {
      return await (drizzle(client) as unknown as Db).transaction(work, config);
    } finally {
      client.release();
    }
  };
  return { db, pool, close: () => pool.end() };
}

const kept = globalThis as { granaryDatabases?: Map<string, OpenDb> };
const open = kept.granaryDatabases ?? new Map<string, OpenDb>();
kept.granaryDatabases = open;

/** One pool a role and process, kept over reloads in development. */
export function openFor(role: DatabaseRole): OpenDb {
  const url = databaseUrl(role);
  const key = `${role} ${url}`;
  const known = open.get(key);
  if (known) return known;
  const made = openDb(url, { name: `granary ${role}` });
  open.set(key, made);
  return made;
}

export const dbFor = (role: DatabaseRole): Db => openFor(role).db;
