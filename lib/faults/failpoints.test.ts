import { rmSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payout as payoutTable } from "@/db/schema/chain";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { findings } from "@/lib/faults/audit";
import type { Fate } from "@/lib/faults/mortal";
import { pointsInSource } from "@/lib/faults/points";
import { moveIn, nothingPromised, played, playThrough, type StepName, stepNames } from "@/lib/faults/steps";
import { claimableOf, openTown, type Town } from "@/lib/faults/town";
import { jobs } from "@/lib/jobs/registry";
import { stateProfile } from "@/lib/state-profile/profile";
import { bankTime } from "@/lib/state-profile/queries";
import { civilDateIn, startOfDayIn } from "@/lib/time/civil-date";
import { bundleOne } from "@/tools/bundle.mjs";

const resumeLimitMs = 30_000;

let bundled: { folder: string; file: string };
let town: Town;
const promised = nothingPromised();
/** what each step passes, how often, and how long it takes */
const seen = new Map<StepName, { hits: Map<string, number>; ms: number }>();

beforeAll(async () => {
  bundled = await bundleOne("lib/faults/bank.ts");
  town = await openTown(bundled.file);
  await moveIn(town, promised);
});
afterAll(async () => {
  await town?.close();
  if (bundled) rmSync(bundled.folder, { recursive: true, force: true });
});

const points = pointsInSource();

describe("failpoints", () => {
  it("have a name of their own each, written out where they stand", () => {
    const names = points.map(({ name }) => name);
    expect(points.filter(({ name }) => !/^[a-z-]+\.[a-z-]+$/.test(name))).toEqual([]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.length).toBeGreaterThan(40);
  });

  it(
    "are all passed by what people and the bank do",
    async () => {
      await town.bank.ask("record");
      for (const name of stepNames) {
        await town.bank.ask("hits");
        const since = performance.now();
        await playThrough(town, name, promised);
        const ms = performance.now() - since;
        seen.set(name, { hits: await town.bank.ask("hits"), ms });
      }
      const passed = new Set([...seen.values()].flatMap(({ hits }) => [...hits.keys()]));
      expect(points.filter(({ name }) => !passed.has(name))).toEqual([]);
      expect(await findings(town, promised)).toEqual([]);
    },
    patience(200_000),
  );

  it(
    "kill the bank at each, and it goes on: nothing lost, nothing twice, at work again within 30 seconds",
    async () => {
      const random = randomFrom(BigInt(barSeed()));
      const below = (n: number) => Number(random() % BigInt(n));
      const { bank } = town;
      const slow: string[] = [];
      const playDying = async (step: StepName, fate: Fate[]): Promise<string[]> => {
        const before = bank.deaths.length;
        await bank.arm(fate);
        const resumedMs = await playThrough(town, step, promised);
        if (resumedMs > resumeLimitMs) slow.push(`${step}: ${Math.round(resumedMs)} ms`);
        await bank.arm([]);
        return bank.deaths.slice(before);
      };
      const cheapestFirst = [...seen].sort(([, one], [, other]) => one.ms - other.ms);
      const playing = (point: string) => cheapestFirst.filter(([, { hits }]) => hits.has(point));

      // each once: a step dies at one of its points after the other, and is taken up again each time
      const left = new Set(points.map(({ name }) => name));
      for (const [step, { hits }] of cheapestFirst) {
        const own = [...hits.keys()].filter((point) => left.has(point));
        if (own.length === 0) continue;
        const died = await playDying(
          step,
          own.map((point) => ({ point, time: 1 })),
        );
        for (const point of died) left.delete(point);
      }
      for (const point of left) {
        for (const [step] of playing(point))
          if ((await playDying(step, [{ point, time: 1 }])).length > 0) break;
        expect(bank.deaths.at(-1)).toBe(point);
      }

      // the bar: each again, alone, in any step that passes it, at any of its times
      for (let round = 1; round < rounds(1); round++)
        for (const { name: point } of points) {
          const able = playing(point);
          const [step, { hits }] = able[below(able.length)] as (typeof able)[number];
          const died = await playDying(step, [{ point, time: 1 + below(hits.get(point) ?? 1) }]);
          if (died.length === 0) await playDying(step, [{ point, time: 1 }]);
        }

      expect(points.filter(({ name }) => !bank.deaths.includes(name))).toEqual([]);
      expect(bank.deaths.filter((name) => name === "?")).toEqual([]);
      expect(slow).toEqual([]);
      expect(await findings(town, promised)).toEqual([]);
    },
    patience(600_000),
  );
});

describe("jobs", () => {
  it(
    "run five times at once and three times again have the effect of one run",
    async () => {
      for (const name of stepNames) {
        await playThrough(town, name, promised, { atOnce: 5, again: 3 });
        await town.bank.ask("settle");
      }
      expect(await findings(town, promised)).toEqual([]);
      // moves no money; claims at the year's end have a test of their own; the data client's way is a customer's
      const elsewhere = ["mine-while-waiting", "year-end-claims", "fund-data-client"];
      const known = jobs.map(({ name }) => name);
      expect(known.filter((name) => !played.has(name) && !elsewhere.includes(name))).toEqual([]);
    },
    patience(600_000),
  );
});

describe("the clock", () => {
  const zone = stateProfile("MD").timeZone;
  const payouts = async (day: string) => {
    const rows = await town.owner
      .select()
      .from(payoutTable)
      .where(sql`lower(${payoutTable.wallet}) = lower(${town.ada.address})`);
    return rows.filter(({ at }) => civilDateIn(at, zone) === day).map(({ grossMicros }) => grossMicros);
  };
  const jumpTo = async (day: string) => {
    const seconds = Math.ceil(
      (startOfDayIn(day, zone).getTime() - (await bankTime(town.owner)).getTime()) / 1000,
    );
    await town.bank.ask("jump", { seconds });
    await town.bank.ask("settle");
  };

  it(
    "jumps over one year's end and over two, and each year's rewards are claimed on its own 31 December",
    async () => {
      const year = Number(civilDateIn(await bankTime(town.owner), zone).slice(0, 4));
      await playThrough(town, "epoch", promised);
      await jumpTo(`${year + 1}-01-05`);
      expect((await payouts(`${year}-12-31`)).length).toBeGreaterThan(0);
      expect(await claimableOf(town, town.ada.address, 2)).toBe(0n);

      await playThrough(town, "epoch", promised);
      await jumpTo(`${year + 3}-03-01`);
      expect((await payouts(`${year + 1}-12-31`)).length).toBeGreaterThan(0);
      expect(await payouts(`${year + 2}-12-31`)).toEqual([]);
      expect(await claimableOf(town, town.ada.address, 2)).toBe(0n);
      expect(await findings(town, promised)).toEqual([]);
    },
    patience(300_000),
  );
});
