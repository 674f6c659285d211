import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stateCodes, stateProfile } from "@/lib/state-profile/profile";
import { figuresOf, figureYears, filingStatuses, newestFiguresFor } from "@/lib/tax/figures";
import { type ParameterName, parameterOn, parameters } from "@/lib/tax/rates";

const perStatus = <T extends z.ZodType>(value: T) =>
  z.object(Object.fromEntries(filingStatuses.map((status) => [status, value]))).strict();
const ppm = z.number().int().min(0).max(1_000_000);
const band = z.tuple([z.number().int().min(0), ppm]);
const bands = {
  schedules: z.array(z.array(band).min(1)),
  scheduleFor: perStatus(z.number().int().min(0)),
};
const sources = z.array(z.string().min(8)).min(1);
const status = z.enum(["enacted", "carried_forward"]);
const deduction = perStatus(z.number().int().min(0));

describe.each(figureYears)("figures of %i", (year) => {
  const figures = figuresOf(year)!;

  it("say where they come from", () => {
    expect(figures.attribution).toContain("PolicyEngine/policyengine-us@8914f89d");
    expect(sources.parse(figures.federal.sources).length).toBeGreaterThan(0);
    for (const entry of [...Object.values(figures.states), ...Object.values(figures.localities)]) {
      expect(() => sources.parse(entry.sources), entry.name).not.toThrow();
      expect(() => status.parse(entry.status), entry.name).not.toThrow();
    }
  });

  it("cover every state, with bands that rise from zero", () => {
    expect(Object.keys(figures.states).sort()).toEqual([...stateCodes].sort());
    for (const rule of [figures.federal, ...Object.values(figures.states)]) {
      const { schedules, scheduleFor } = z.object(bands).parse(rule);
      for (const index of Object.values(scheduleFor)) expect(schedules[index]).toBeDefined();
      for (const schedule of schedules) {
        expect(schedule[0]![0]).toBe(0);
        const starts = schedule.map(([over]) => over);
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      }
      if (rule.standardDeduction) expect(() => deduction.parse(rule.standardDeduction)).not.toThrow();
    }
  });

  it("give all 24 counties of Maryland and all 92 of Indiana their tax", () => {
    for (const [state, count] of [
      ["MD", 24],
      ["IN", 92],
    ] as const) {
      const counties = stateProfile(state).counties;
      expect(counties).toHaveLength(count);
      for (const { fips, name } of counties) {
        expect(figures.localities[`US-${state}-${fips}`]?.name, fips).toBe(name);
      }
    }
  });
});

describe("dated parameters", () => {
  it.each(Object.keys(parameters) as ParameterName[])(
    "%s has a value, a day and a source, in order",
    (name) => {
      const entries = parameters[name];
      for (const entry of entries) {
        expect(entry.source.length).toBeGreaterThan(8);
        expect(entry.from).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        expect(entry.value > 0n).toBe(true);
      }
      expect(entries.map(({ from }) => from)).toEqual(entries.map(({ from }) => from).sort());
    },
  );

  it("are refused on a day before they began", () => {
    expect(() => parameterOn("federalBackup", "2017-12-31")).toThrow(/has no value/);
    expect(parameterOn("federalBackup", "2018-01-01").value).toBe(240_000n);
  });

  it("have no figures for years before the first, and the last known for years after", () => {
    expect(newestFiguresFor(2024)).toBeUndefined();
    expect(newestFiguresFor(2027)?.year).toBe(2026);
    expect(figuresOf(2027)).toBeUndefined();
  });
});
