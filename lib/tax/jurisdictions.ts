import type { LocalFigures, YearFigures } from "@/lib/tax/figures";

/**
 * Which law applies where: ids are US, US-MD, US-MD-24031 for a county, US-NY-NEW_YORK_CITY for a city.
 * A reward is neither wage nor business profit, so only taxes on all or on unearned income reach it.
 */
export type JurisdictionId = string;
export type Locality = LocalFigures & { id: JurisdictionId };

export type Jurisdiction =
  | { level: "federal"; id: "US" }
  | { level: "state"; id: JurisdictionId; state: string }
  | { level: "local"; id: JurisdictionId; state: string; place: string };

export function parseJurisdiction(text: string): Jurisdiction | undefined {
  const match = /^US(?:-([A-Z]{2})(?:-(\d{5}|[A-Z][A-Z_]*))?)?$/.exec(text.trim().toUpperCase());
  if (!match) return undefined;
  const [id, state, place] = match;
  if (!state) return { level: "federal", id: "US" };
  return place ? { level: "local", id, state, place } : { level: "state", id, state };
}

const localitiesOf = ({ localities }: YearFigures, state: string): Locality[] =>
  Object.entries(localities)
    .filter(([id]) => id.startsWith(`US-${state}-`))
    .map(([id, local]) => ({ id, ...local }));

const asKey = (text: string) =>
  text
    .trim()
    .toUpperCase()
    .replaceAll(".", "")
    .replace(/[^A-Z0-9]+/g, "_");

export const reachesRewards = ({ appliesTo }: LocalFigures) => appliesTo !== "earned_only";

/** By county number, by id's last part, or by key such as MONTGOMERY_COUNTY_MD. */
export function findLocality(figures: YearFigures, { state, place }: { state: string; place: string }) {
  const key = asKey(place);
  const local = localitiesOf(figures, state);
  return (
    local.find(({ id }) => id === `US-${state}-${key}`) ??
    local.find((one) => one.key === key) ??
    local.find((one) => one.city === key && reachesRewards(one)) ??
    local.find((one) => one.counties?.includes(key) && reachesRewards(one)) ??
    local.find((one) => one.city === key || one.counties?.includes(key))
  );
}

/** Every listed tax of the places where somebody lives, those that reach rewards first. */
export function localitiesAt(
  figures: YearFigures,
  { state, countyFips, city }: { state: string; countyFips: string; city?: string },
): Locality[] {
  const key = city === undefined ? undefined : asKey(city);
  return localitiesOf(figures, state)
    .filter((one) => one.counties?.includes(countyFips) || (key !== undefined && one.city === key))
    .sort((a, b) => Number(reachesRewards(b)) - Number(reachesRewards(a)));
}
