import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { collateralPosition } from "@/db/schema/collateral";
import { toJson } from "@/lib/cli/main";
import { verbs } from "@/lib/cli/reserves";
import { randomHex, type TestBank, testBank } from "@/lib/processes/test-bank";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
  vi.stubEnv("DATABASE_URL_READONLY", bank.database.urls.readonly);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await bank.close();
});

const dollar = 1_000_000n;
const report = () =>
  verbs.report!.run({
    args: [],
    options: {},
    readJson: vi.fn(),
    readText: vi.fn(),
    readLines: vi.fn(),
  }) as Promise<Record<string, unknown>>;

describe("reserves report", () => {
  it("says so while nothing is held and nothing attested", async () => {
    const empty = await report();
    expect(empty).toMatchObject({
      marketMicros: 0n,
      supplyMicros: 0n,
      attestedAt: null,
      attestationAgeSeconds: null,
      stale: true,
      covered: true,
      byClass: [],
      positions: [],
    });
    expect(verbs.report!.show!(empty as never)).toContain("attested nothing yet");
  });

  it("adds positions up by class, without what was released and without whose they were", async () => {
    const position = (over: object) => ({
      positionId: randomHex(32),
      class: 0,
      origin: "exchange" as const,
      state: "recorded" as const,
      marketMicros: 100n * dollar,
      lendableMicros: 90n * dollar,
      costMicros: 100n * dollar,
      receiptHash: randomHex(32),
      custodianSignature: randomHex(65),
      valuerSignature: randomHex(65),
      stateCode: "MD",
      recordedAt: sql`bank.now()`,
      ...over,
    });
    await bank.owner
      .insert(collateralPosition)
      .values([
        position({}),
        position({ releasedMicros: 40n * dollar }),
        position({ class: 1 }),
        position({ state: "requested", recordedAt: null }),
      ]);
    const held = await report();
    expect(held).toMatchObject({
      marketMicros: 260n * dollar,
      lendableMicros: 230n * dollar,
      byClass: [
        { class: 0, positions: 2, marketMicros: 160n * dollar, lendableMicros: 140n * dollar },
        { class: 1, positions: 1, marketMicros: 100n * dollar, lendableMicros: 90n * dollar },
      ],
    });
    expect(held.positions).toHaveLength(3);
    expect(toJson(held)).not.toMatch(/profile/i);
  });
});
