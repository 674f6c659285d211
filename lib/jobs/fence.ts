import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";

/** One run of a job: the queue's row, and the queue that took it. */
export interface Run {
  id: string;
  heldBy: string;
}

/** The job was given to another worker meanwhile: nothing of this run may be committed any more. */
export class Fenced extends Error {
  override name = "Fenced";
}

/**
 * The database as one run of a job sees it. Every transaction begins by holding the job's own row in the queue, so that
 * a worker that was paused, and whose job another one has taken over, cannot commit: either its hold is gone, or the
 * one that takes over waits until the transaction has ended. Writes outside a transaction could slip through: refused.
 */
export function fenced(db: Db, run: Run): Db {
  const hold = async (tx: Tx) => {
    const { rowCount } = await tx.execute(
      sql`select from graphile_worker._private_jobs where id = ${run.id}::bigint and locked_by = ${run.heldBy} for share`,
    );
    if (rowCount !== 1) throw new Fenced(`run ${run.id} is no longer ours`);
  };
  const transaction: Db["transaction"] = (work, config) =>
    db.transaction(async (tx) => {
      // a snapshot that writes nothing needs no hold, and Postgres gives none
      if (config?.accessMode !== "read only") await hold(tx);
      return work(tx);
    }, config);
  return new Proxy(writesInTransactions(db), {
    get: (target, name) => (name === "transaction" ? transaction : Reflect.get(target, name)),
  });
}

/** A database that takes writes in transactions only. */
export function writesInTransactions(db: Db): Db {
  const refuse = () => {
    throw new Error("a job writes inside a transaction, or a worker that lost it could still commit");
  };
  return new Proxy(db, {
    get(target, name) {
      if (name === "insert" || name === "update" || name === "delete") return refuse;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
