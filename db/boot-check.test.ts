import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertDurable } from "@/db/boot-check";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const settings = (off: Record<string, string> = {}) => {
  const all = { fsync: "on", full_page_writes: "on", synchronous_commit: "on", data_checksums: "on", ...off };
  const rows = Object.entries(all).map(([name, setting]) => ({ name, setting }));
  return { query: async () => ({ rows }) } as unknown as pg.Client;
};

describe("the boot check", () => {
  it("takes the bank's own Postgres as it is, and refuses a session that may forget", async () => {
    const connect = async (options?: string) => {
      const client = new pg.Client({ connectionString: database.ownerUrl, options });
      await client.connect();
      return client;
    };
    const [safe, careless] = [await connect(), await connect("-c synchronous_commit=off")];
    await expect(assertDurable(safe, { isProduction: true })).resolves.toBeUndefined();
    await expect(assertDurable(careless)).rejects.toThrow(
      "This database may lose what it confirmed (synchronous_commit = off)",
    );
    await Promise.all([safe.end(), careless.end()]);
  });

  it.each(["fsync", "full_page_writes", "synchronous_commit"])("refuses %s off", async (name) => {
    await expect(assertDurable(settings({ [name]: "off" }))).rejects.toThrow(`${name} = off`);
  });

  it("asks for checksums in production only", async () => {
    await expect(assertDurable(settings({ data_checksums: "off" }))).resolves.toBeUndefined();
    await expect(assertDurable(settings({ data_checksums: "off" }), { isProduction: true })).rejects.toThrow(
      "data_checksums = off",
    );
  });
});
