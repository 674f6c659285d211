import { readdirSync } from "node:fs";
import { join } from "node:path";
import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { heartbeat } from "@/db/schema/installation";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { isTrouble, NodeTrouble } from "@/lib/chain/trouble";
import { env } from "@/lib/env";
import { log } from "@/lib/log";

export type Check = {
  name: "database" | "migrations" | "keys" | "chain";
  ok: boolean;
  ms: number;
  /** one word, where the failure has one */
  reason?: string;
};

const patienceMs = 3_000;
/** what the indexer said longer ago than it takes to find the node silent is no news */
const newsSeconds = 20;

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
        throw new NodeTrouble("wrong_chain", `the chain is ${chainId}, not ${env.chainId}`);
      await indexerIsWell(db);
    }),
  ]);
}

/** The indexer proves what the node says; what it cannot follow is not to be shown as the chain. */
async function indexerIsWell(db: Db): Promise<void> {
  const [last] = await db
    .select({ detail: heartbeat.detail })
    .from(heartbeat)
    .where(
      and(
        eq(heartbeat.process, "indexer"),
        gt(heartbeat.at, sql`clock_timestamp() - make_interval(secs => ${newsSeconds})`),
      ),
    );
  const trouble = last?.detail.trouble;
  if (isTrouble(trouble)) throw new NodeTrouble(trouble, "the indexer does not follow the node");
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
  const failed = await Promise.race([run(), tooLate]).then(
    () => undefined,
    (error: Error) => {
      log.warn({ check: name, err: error }, "not ready");
      return error;
    },
  );
  clearTimeout(timer);
  return {
    name,
    ok: failed === undefined,
    ms: Math.round(performance.now() - from),
    ...(failed instanceof NodeTrouble && { reason: failed.trouble }),
  };
}
