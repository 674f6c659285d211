import { describe, expect, it } from "vitest";
import { playJourneys } from "@/lib/bars/journeys";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";

describe("everything dies in turn", () => {
  it("and what people did stands once, with nobody's help", { timeout: patience(600_000) }, async () => {
    const seed = barSeed();
    const isBar = Boolean(process.env.BAR_ROUNDS);
    const result = await playJourneys({
      seed,
      acts: rounds(8),
      people: isBar ? 6 : 2,
      pauseMs: isBar ? { least: 1_500, most: 5_000 } : { least: 800, most: 2_000 },
      withApp: isBar && process.env.GRANARY_APP !== "none",
      // each of them twice: a bank on a slow machine must have time to rise again
      ...(!isBar && { targets: ["chain", "postgres", "signer", "validator-2", "worker"], mostKills: 10 }),
      say: isBar || process.env.JOURNEYS_REPORT ? (line) => process.stderr.write(`${line}\n`) : undefined,
    });
    const { findings, kills, refunded } = result;
    if (process.env.JOURNEYS_REPORT) process.stderr.write(`${JSON.stringify(result)}\n`);
    expect(findings, `seed ${seed}`).toEqual([]);
    expect(refunded).toBe(1);
    expect(
      Object.values(kills).reduce((sum, n) => sum + n, 0),
      "kills",
    ).toBeGreaterThan(0);
  });
});
