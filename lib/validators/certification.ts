import { createHash } from "node:crypto";
import type { Hex } from "viem";

/** A certificate is looked at again at least once a year. */
export const certificateDaysAtMost = 366;

export type CheckStanding = "passed" | "failed" | "open";

/**
 * What was found at each of the checks that must pass; of one name the last look counts.
 * Refuses nothing: a name without a look is open.
 */
export function standingOfChecks<Name extends string>(
  names: readonly Name[],
  looks: readonly { name: Name; outcome: "passed" | "failed" }[],
): Record<Name, CheckStanding> {
  const standing = Object.fromEntries(names.map((name) => [name, "open"])) as Record<Name, CheckStanding>;
  for (const { name, outcome } of looks) standing[name] = outcome;
  return standing;
}

export const isFullyChecked = (standing: Readonly<Record<string, CheckStanding>>): boolean =>
  Object.values(standing).every((one) => one === "passed");

/**
 * Until when a certificate may hold: after now, at most a year ahead, in whole seconds as the chain keeps it.
 * Undefined: not a moment that may be asked for.
 */
export function certifiedUntil(asked: string, now: Date): Date | undefined {
  const at = new Date(Math.floor(Date.parse(asked) / 1000) * 1000);
  const ahead = at.getTime() - now.getTime();
  if (Number.isNaN(ahead) || ahead <= 0 || ahead > certificateDaysAtMost * 86_400_000) return undefined;
  return at;
}

/** What the chain names as the reason: anybody can digest the published words and compare. */
export const orderHashOf = (reason: string): Hex =>
  `0x${createHash("sha256").update(reason.trim()).digest("hex")}`;
