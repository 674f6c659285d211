import type pg from "pg";

const needed = ["fsync", "full_page_writes", "synchronous_commit"] as const;

/** An acknowledged write must survive the death of the database: the bank does not start on one that may forget. */
export async function assertDurable(client: pg.Client | pg.Pool): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY($1)",
    [needed],
  );
  const off = rows
    .filter(({ setting }) => setting !== "on")
    .map(({ name, setting }) => `${name} = ${setting}`);
  if (rows.length !== needed.length || off.length > 0)
    throw new Error(
      `This database may lose what it confirmed (${off.join(", ")}): set ${needed.join(", ")} to on.`,
    );
}
