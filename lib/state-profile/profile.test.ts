import { describe, expect, it } from "vitest";
import { countiesOf, stateCodes, stateProfile } from "@/lib/state-profile/profile";
import { activeProfile } from "@/lib/state-profile/queries";
import { county, stateProfileSchema } from "@/lib/state-profile/schema";

/** Currency codes that a token symbol must not be mistaken for (ISO 4217, the ones near our pattern). */
const currencies = ["CAD", "KYD", "TND", "USD", "USDC", "USDT", "PYUSD", "FRNT"];

describe("state profiles", () => {
  it("covers the 50 states and the District of Columbia", () => {
    expect(stateCodes).toHaveLength(51);
    expect(new Set(stateCodes).size).toBe(51);
  });

  it.each(stateCodes.map((code) => [code]))("%s has a whole profile", (code) => {
    const profile = stateProfile(code);
    expect(stateProfileSchema.parse(profile).code).toBe(code);
    expect(profile.bankName).toContain(profile.name);
    expect(() => new Intl.DateTimeFormat("en-US", { timeZone: profile.timeZone })).not.toThrow();
    expect(profile.partitions).toEqual([`US-${code}`]);
    expect(profile.counties.length).toBeGreaterThan(0);
    for (const row of profile.counties) {
      expect(county.parse(row).fips.slice(0, 2)).toBe(profile.fips);
    }
  });

  it("names no token like money or like a payment stablecoin", () => {
    const symbols = stateCodes.map((code) => stateProfile(code).tokenSymbol);
    expect(new Set(symbols).size).toBe(51);
    for (const code of stateCodes) {
      const { tokenName, tokenSymbol, isPaymentStablecoin } = stateProfile(code);
      expect(currencies).not.toContain(tokenSymbol);
      expect(`${tokenName} ${tokenSymbol}`).not.toMatch(/usd|stable|coin|cash|pay/i);
      expect(isPaymentStablecoin).toBe(false);
    }
  });

  it("runs at the pace of its mode", () => {
    expect(stateProfile("MD")).toMatchObject({ epochSeconds: 30, unbondingSeconds: 60 });
    expect(stateProfile("MD", "production")).toMatchObject({
      epochSeconds: 86_400,
      unbondingSeconds: 604_800,
    });
  });

  it("refuses what is not a state", () => {
    for (const code of ["", "md", "PR", "XX", "../MD"]) {
      expect(() => stateProfile(code)).toThrow(/is not a state/);
      expect(() => countiesOf(code)).toThrow(/is not a state/);
    }
  });

  it("is Maryland unless told otherwise", () => {
    expect(activeProfile().bankName).toBe("First Granary Bank of Maryland");
  });
});

describe("counties", () => {
  const all = stateCodes.flatMap((code) => countiesOf(code));
  const named = (code: string, fips: string) => countiesOf(code).find((row) => row.fips === fips)?.name;

  it("are 3,144, each with its own number", () => {
    expect(all).toHaveLength(3144);
    expect(new Set(all.map(({ fips }) => fips)).size).toBe(3144);
  });

  it("have no two of one name in one state", () => {
    for (const code of stateCodes) {
      const names = countiesOf(code).map(({ name }) => name);
      expect(new Set(names).size, code).toBe(names.length);
    }
  });

  it("are Connecticut's nine planning regions, not its eight former counties", () => {
    expect(countiesOf("CT").map(({ fips }) => fips)).toEqual(
      expect.arrayContaining([
        "09110",
        "09120",
        "09130",
        "09140",
        "09150",
        "09160",
        "09170",
        "09180",
        "09190",
      ]),
    );
    expect(countiesOf("CT")).toHaveLength(9);
  });

  it("keep city and county of one name apart, and call things what they are", () => {
    expect(countiesOf("MD")).toHaveLength(24);
    expect(named("MD", "24005")).toBe("Baltimore County");
    expect(named("MD", "24510")).toBe("Baltimore City");
    expect(named("VA", "51059")).toBe("Fairfax County");
    expect(named("VA", "51600")).toBe("City of Fairfax");
    expect(named("LA", "22071")).toBe("Orleans Parish");
    expect(named("AK", "02066")).toBe("Copper River Census Area");
    expect(named("DC", "11001")).toBe("District of Columbia");
  });
});
