import { readFileSync } from "node:fs";
import { inProject } from "@/lib/processes/running-bank";

export interface Floors {
  /** the day on which somebody last compared the list with the advisories */
  reviewed: string;
  floors: { package: string; from: string[]; advisories: string[]; why: string }[];
  never: { versions: string[]; advisories: string[]; why: string };
  accepted: { version: string; advisory: string; why: string }[];
}

type Lock = { packages: Record<string, { version?: string; link?: boolean }> };

const read = <T>(...path: string[]) => JSON.parse(readFileSync(inProject(...path), "utf8")) as T;
export const readFloors = () => read<Floors>("security", "floors.json");

/** Every package of the lock as `name@version`. */
export function lockedVersions(lock: Lock = read<Lock>("package-lock.json")): string[] {
  const found = Object.entries(lock.packages).flatMap(([path, { version }]) => {
    const name = path.split("node_modules/").at(-1);
    return path && name && version ? [`${name}@${version}`] : [];
  });
  return [...new Set(found)].sort();
}

const numbers = (version: string) => (version.split(/[-+]/)[0] ?? "").split(".").map(Number);

/** A pre-release counts as below the version it comes before. */
function isBelow(version: string, floor: string): boolean {
  const [is, at] = [numbers(version), numbers(floor)];
  for (const [n, limit] of at.entries()) {
    const have = is[n] ?? 0;
    if (have !== limit) return have < limit;
  }
  return version.includes("-");
}

/** 0.x lines break with their second number. */
const lineOf = (version: string) => {
  const [major = 0, minor = 0] = numbers(version);
  return major === 0 ? minor / 1_000_000 : major;
};

export function isBelowFloors(version: string, from: readonly string[]): boolean {
  const ownLine = from.find((floor) => lineOf(floor) === lineOf(version));
  if (ownLine) return isBelow(version, ownLine);
  return !from.every((floor) => lineOf(version) > lineOf(floor));
}

/** What the lock holds and the list forbids, a sentence each. */
export function belowFloors(
  { floors, never, accepted }: Floors = readFloors(),
  locked: readonly string[] = lockedVersions(),
): string[] {
  const known = new Set(accepted.map(({ version }) => version));
  const split = (one: string) => [one.slice(0, one.lastIndexOf("@")), one.slice(one.lastIndexOf("@") + 1)];
  return [
    ...locked.flatMap((one) => {
      const [name, version = ""] = split(one);
      const floor = floors.find((row) => row.package === name);
      if (!floor || known.has(one) || !isBelowFloors(version, floor.from)) return [];
      return [`${one} is below ${floor.from.join(" and ")}: ${floor.advisories.join(", ")}`];
    }),
    ...locked
      .filter((one) => never.versions.includes(one))
      .map((one) => `${one} is never to be installed: ${never.why}`),
    ...[...known]
      .filter((one) => !locked.includes(one))
      .map((one) => `${one} is accepted, and is not in the lock any more`),
  ];
}
