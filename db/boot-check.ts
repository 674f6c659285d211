import type pg from "pg";

const needed = ["fsync", "full_page_writes", "synchronous_commit"];

/**
 * An acknowledged write must survive the death of the database: the bank does not start on one that may forget, nor in
 * production on one that would not notice a rotten page.
 */
export async function assertDurable(
  client: pg.Client | pg.Pool,
  { isProduction = false }: { isProduction?: boolean } = {},
): Promise<void> {
  const wanted = isProduction ? [...needed, "data_checksums"] : needed;
  const { rows } = await client.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY($1)",
    [wanted],
  );
  const off = wanted
    .map((name) => ({ name, setting: rows.find((row) => row.name === name)?.setting ?? "unknown" }))
    .filter(({ setting }) => setting !== "on")
    .map(({ name, setting }) => `${name} = ${setting}`);
  if (off.length > 0)
    throw new Error(
      `This database may lose what it confirmed (${off.join(", ")}): set ${wanted.join(", ")} to on.`,
    );
}
