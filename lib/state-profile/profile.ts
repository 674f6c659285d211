import { readFileSync } from "node:fs";
import { join } from "node:path";
import defaultProfile from "@/lib/state-profile/data/MD.json";
import states from "@/lib/state-profile/data/states.json";
import type { County, StateProfile, StateProfileFile } from "@/lib/state-profile/schema";

/**
 * Who the bank is: one file for Maryland, every other state derived from it.
 * County lists are read from disk one state at a time, so that three thousand names stay out of every bundle.
 * Source: counties from us-atlas 3.0.1 (ISC), see lib/state-profile/README.md.
 * Refuses: codes that are not one of the 50 states or DC.
 */
export const stateCodes: readonly string[] = states.map(({ code }) => code);

export const isStateCode = (code: string) => stateCodes.includes(code);

export const stateNames: Readonly<Record<string, string>> = Object.fromEntries(
  states.map(({ code, name }) => [code, name]),
);

function profileFile(code: string): StateProfileFile {
  if (code === defaultProfile.code) return defaultProfile;
  const state = states.find((row) => row.code === code);
  if (!state) throw new Error(`"${code}" is not a state: use one of ${stateCodes.join(", ")}`);
  const nameInSentence = state.code === "DC" ? `the ${state.name}` : state.name;
  return {
    ...defaultProfile,
    ...state,
    nameInSentence,
    bankName: `First Granary Bank of ${nameInSentence}`,
    tokenName: `${state.name} Granary Token`,
    tokenSymbol: `${state.code}GT`,
    partitions: [`US-${state.code}`],
  };
}

const countyLists = new Map<string, readonly County[]>();

/** A state's counties (parishes, boroughs, independent cities, planning regions) by name. */
export function countiesOf(code: string): readonly County[] {
  const known = countyLists.get(code);
  if (known) return known;
  if (!isStateCode(code)) throw new Error(`"${code}" is not a state`);
  const folder = join(/* turbopackIgnore: true */ process.cwd(), "lib/state-profile/data/counties");
  const counties = JSON.parse(readFileSync(join(folder, `${code}.json`), "utf8")) as County[];
  countyLists.set(code, counties);
  return counties;
}

export const countyName = (fips: string, code: string) =>
  countiesOf(code).find((county) => county.fips === fips)?.name;

export function stateProfile(code: string, mode: "demo" | "production" = "demo"): StateProfile {
  const file = profileFile(code);
  return { ...file, ...file.pace[mode], counties: countiesOf(file.code) };
}
