import { readdirSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { heartbeat } from "@/db/schema/installation";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { log } from "@/lib/log";

export type Check = { name: "database" | "migrations" | "keys" | "chain"; ok: boolean; ms: number };

const patienceMs = 3_000;

/** What this process needs before it can serve: each asked for real, none longer than three seconds. */
export function readiness(db: Db): Promise<Check[]> {
  return Promise.all([
    check("database", async () => {
      const beat = { at: sql`clock_timestamp()`, detail: { pid: process.pid } };
      await db
        .insert(heartbeat)
        .values({ process: "app", ...beat })
        .onConflictDoUpdate({ target: heartbeat.process, set: beat });
    }),
    check("migrations", async () => {
      const astray = await migrationsAstray(db);
      if (astray.length > 0) throw new Error(`build and database differ in ${astray.join(", ")}`);
    }),
    check("keys", async () => {
      if (!env.fieldKey || !env.blindIndexKey || !env.nextauthSecret) throw new Error("a key is missing");
    }),
    check("chain", async () => {
      const chainId = await publicClient().getChainId();
      if (chainId !== env.chainId || deployment().chainId !== chainId)
        throw new Error(`the chain is ${chainId}, not ${env.chainId}`);
    }),
  ]);
}

/** Migrations of this build that the database lacks, and those of a newer build that it has. */
async function migrationsAstray(db: Db): Promise<string[]> {
  const folder = join(/* turbopackIgnore: true */ process.cwd(), "db/migrations");
  const wanted = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  const { rows } = await db.execute<{ name: string }>(
    sql`SELECT name FROM bank.migrations_applied() AS applied (name)`,
  );
  const applied = rows.map(({ name }) => name.replace(/^migrations\//, ""));
  const set = new Set(wanted);
  return [...wanted.filter((name) => !applied.includes(name)), ...applied.filter((name) => !set.has(name))];
}

async function check(name: Check["name"], run: () => Promise<void>): Promise<Check> {
  const from = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), patienceMs);
  });
  const ok = await Promise.race([run(), tooLate]).then(
    () => true,
    (error: unknown) => {
      log.warn({ check: name, err: error }, "not ready");
      return false;
    },
  );
  clearTimeout(timer);
  return { name, ok, ms: Math.round(performance.now() - from) };
}
