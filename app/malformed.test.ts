import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const request = vi.hoisted(() => ({ headers: new Headers(), cookie: "" }));
vi.mock("next/headers", () => ({
  headers: async () => request.headers,
  cookies: async () => ({
    get: (name: string) => ({ name, value: request.cookie }),
    getAll: () => [{ name: "granary.session", value: request.cookie }],
    set() {},
  }),
}));
vi.mock("next/cache", () => ({ revalidatePath() {} }));

import { encode } from "next-auth/jwt";
import { openFor } from "@/db/client";
import { readActionCall } from "@/lib/auth/action-body";
import { doors } from "@/lib/auth/door-list";
import { gather, type People } from "@/lib/auth/door-people";
import { actionTable } from "@/lib/auth/door-table";
import { malformedCall } from "@/lib/bars/malformed";
import { chooser } from "@/lib/bars/random";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { errorFacts, isErrorCode } from "@/lib/errors";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";

const own = "http://localhost:3000";
const secret = "a secret of at least thirty-two characters";
let bank: TestBank;
let people: People;

beforeAll(async () => {
  bank = await testBank();
  vi.stubEnv("APP_URL", own);
  vi.stubEnv("NEXTAUTH_SECRET", secret);
  vi.stubEnv("CHAIN_RPC_URL", "http://127.0.0.1:1");
  vi.stubEnv("DATABASE_URL_APP", bank.database.urls.app);
  people = await gather(bank, { chainId: testDeployment.chainId, conversionFeeMicros: "0" });
  request.headers = new Headers({ origin: own, host: "localhost:3000" });
});
afterAll(async () => {
  await openFor("app").close();
  await bank?.close();
  vi.unstubAllEnvs();
});

/** How many rows each table of the bank has; refusals of compliance are kept on purpose. */
async function everything(): Promise<string> {
  const { rows } = await bank.owner.execute<{ name: string }>(sql`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname IN ('bank', 'ledger', 'chain') AND tablename NOT IN ('compliance_decision', 'rate_window')
    ORDER BY 1`);
  const counts = rows.map(({ name }) => sql`(SELECT count(*)::text FROM ${sql.raw(name)})`);
  const { rows: counted } = await bank.owner.execute(sql`SELECT ${sql.join(counts, sql`, `)}`.inlineParams());
  return JSON.stringify(counted);
}

describe("what no form of ours sends", () => {
  const seed = barSeed();
  it.each(doors().filter(({ kind }) => kind === "action"))(
    `is refused by $id without effect (seed ${seed})`,
    async ({ id, file, name }) => {
      const action = (await import(`@/${file}`))[name];
      const { input, cells } = actionTable[id] as (typeof actionTable)[string];
      const right = await input?.(people.subjects);
      const sid = people.sessions[cells.startsWith("sn") ? "compliance" : "owner"];
      request.cookie = await encode({ token: { sid }, secret });
      const random = chooser(seed);
      const before = await everything();
      let unpacked = 0;
      for (let n = 0; n < rounds(50); n++) {
        const { kind, type, body } = malformedCall(random, right);
        if (readActionCall(type, body.toString()) !== "fine") continue;
        unpacked += 1;
        const [argument] = JSON.parse(body.toString()) as unknown[];
        const { data, serverError, validationErrors } = await action(argument);
        expect(data, `${kind}: ${body.toString().slice(0, 200)}`).toBeUndefined();
        if (validationErrors) continue;
        expect(isErrorCode(serverError?.code), kind).toBe(true);
        expect(errorFacts[serverError?.code as keyof typeof errorFacts].http, kind).toBeLessThan(500);
      }
      expect(unpacked).toBeGreaterThan(0);
      expect(await everything()).toBe(before);
    },
  );
});
