import { getTableColumns, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Tx } from "@/db/client";

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

/** Any number of rows in one statement with one parameter; a row whose key is known is left as it is. */
export async function insertMany<T extends PgTable>(
  tx: Tx,
  table: T,
  rows: T["$inferInsert"][],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = getTableColumns(table);
  const names = Object.keys(first).map((key) => ({ key, name: columns[key]?.name as string }));
  const json = JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(names.map(({ key, name }) => [name, (row as Record<string, unknown>)[key]])),
    ),
    plain,
  );
  const list = sql.join(
    names.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );
  await tx.execute(sql`
    insert into ${table} (${list})
    select ${list} from json_populate_recordset(null::${table}, ${json}::json)
    on conflict do nothing`);
}
