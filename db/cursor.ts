import { sql } from "drizzle-orm";
import type { Executor } from "@/db/client";

const rowsAtOnce = 5_000;

/** Rows of a query, a few thousand at a time, and the database at work on the next ones meanwhile. Needs a transaction. */
export async function* streamed<Row extends Record<string, unknown>>(
  tx: Executor,
  cursor: string,
  query: string,
): AsyncGenerator<Row[]> {
  await tx.execute(sql.raw(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${query}`));
  // drizzle asks anew whenever its promise is looked at: a promise of our own asks once
  const ask = async () => await tx.execute<Row>(sql.raw(`FETCH ${rowsAtOnce} FROM ${cursor}`));
  const next = () => {
    const rows = ask();
    // its failure is met where it is awaited
    rows.catch(() => undefined);
    return rows;
  };
  for (let ahead = next(); ; ) {
    const { rows } = await ahead;
    const isLast = rows.length < rowsAtOnce;
    if (!isLast) ahead = next();
    if (rows.length > 0) yield rows as Row[];
    if (isLast) break;
  }
  await tx.execute(sql.raw(`CLOSE ${cursor}`));
}
