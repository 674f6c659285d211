import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";
import { assertDurable } from "@/db/boot-check";
import { env } from "@/lib/env";

export const runtimeRoles = ["app", "worker", "signer", "readonly"] as const;
export type RuntimeRole = (typeof runtimeRoles)[number];
export type RolePasswords = Record<RuntimeRole, string>;

type Options = {
  ownerUrl: string;
  rolePasswords: RolePasswords;
  stateCode?: string;
  mode?: "demo" | "production";
  bankId?: string;
};

const oneMigrationAtATime = 7_465_001;

/** Brings a database to this build's shape and answers each role's own URL. Safe to run again, and by several at once. */
export async function migrate(options: Options): Promise<Record<RuntimeRole, string>> {
  const { ownerUrl, rolePasswords, stateCode = env.state, mode = env.mode, bankId = "granary" } = options;
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "granary migrate" });
  await client.connect();
  try {
    await assertDurable(client, { isProduction: mode === "production" });
    await client.query("SELECT pg_advisory_lock($1)", [oneMigrationAtATime]);
    await makeRoles(client, rolePasswords);
    await runMigrations({ connectionString: ownerUrl, maxPoolSize: 2, logger: quiet });
    await client.query("BEGIN");
    try {
      await applyFiles(client);
      await settle(client, { bankId, stateCode, mode });
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
  } finally {
    await client.end();
  }
  return Object.fromEntries(
    runtimeRoles.map((role) => [role, urlFor(ownerUrl, role, rolePasswords[role])]),
  ) as Record<RuntimeRole, string>;
}

export function urlFor(ownerUrl: string, role: RuntimeRole, password: string): string {
  const url = new URL(ownerUrl);
  url.username = `granary_${role}`;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Roles belong to the whole cluster, so two databases being set up at once may collide: try again. */
async function makeRoles(client: pg.Client, passwords: RolePasswords) {
  for (const role of runtimeRoles) {
    const name = `granary_${role}`;
    const attributes = `LOGIN PASSWORD ${pg.escapeLiteral(passwords[role])}`;
    for (let attempt = 1; ; attempt++) {
      try {
        const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
        await client.query(`${rowCount ? "ALTER" : "CREATE"} ROLE ${name} ${attributes}`);
        break;
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === "42501")
          throw new Error(
            "The database owner may not create roles: give it CREATEROLE, or create the granary_ roles.",
          );
        if (attempt >= 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
      }
    }
  }
  const { rows } = await client.query("SELECT current_database() AS name");
  const database = pg.escapeIdentifier(rows[0].name);
  const names = runtimeRoles.map((role) => `granary_${role}`).join(", ");
  await client.query(
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC; GRANT CONNECT ON DATABASE ${database} TO ${names}`,
  );
}

async function applyFiles(client: pg.Client) {
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS migration;
    CREATE TABLE IF NOT EXISTS migration.applied (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM migration.applied",
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));

  let moved = false;
  for (const file of filesIn("migrations")) {
    const known = applied.get(file.name);
    if (known === file.checksum) continue;
    if (known)
      throw new Error(`${file.name} was edited after it had been applied: write a new migration instead.`);
    await apply(client, file);
    moved = true;
  }
  const repeatable = filesIn("repeatable");
  const changed = repeatable.some((file) => applied.get(file.name) !== file.checksum);
  if (moved || changed) for (const file of repeatable) await apply(client, file);

  const here = new Set(filesIn("migrations").map((file) => file.name));
  const ahead = rows.find((row) => row.name.startsWith("migrations/") && !here.has(row.name));
  if (ahead) throw new Error(`This database is newer than this build: it has ${ahead.name}.`);
}

type SqlFile = { name: string; sql: string; checksum: string };

function filesIn(folder: "migrations" | "repeatable"): SqlFile[] {
  const place = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(place)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, place), "utf8");
      return { name: `${folder}/${file}`, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

async function apply(client: pg.Client, file: SqlFile) {
  try {
    await client.query(file.sql);
  } catch (error) {
    throw new Error(`${file.name} failed: ${(error as Error).message}`, { cause: error });
  }
  await client.query(
    `INSERT INTO migration.applied (name, checksum) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = clock_timestamp()`,
    [file.name, file.checksum],
  );
}

async function settle(client: pg.Client, own: { bankId: string; stateCode: string; mode: string }) {
  await client.query(
    "INSERT INTO bank.installation (bank_id, state_code, mode) VALUES ($1, $2, $3) ON CONFLICT (single) DO NOTHING",
    [own.bankId, own.stateCode, own.mode],
  );
  const { rows } = await client.query("SELECT bank_id, state_code, mode FROM bank.installation");
  const kept = rows[0];
  if (kept.state_code !== own.stateCode)
    throw new Error(
      `This database belongs to a bank of ${kept.state_code}, not ${own.stateCode}: keep GRANARY_STATE=${kept.state_code}, or begin anew with npm start -- --fresh.`,
    );
  if (kept.mode !== own.mode)
    throw new Error(`This database was opened in ${kept.mode} mode and cannot change to ${own.mode}.`);
}

const quiet = new Logger(() => () => {});
