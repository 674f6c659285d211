import { addDays, type CivilDate, isCivilDate } from "@/lib/time/civil-date";

export type Asked = { from?: string | string[]; to?: string | string[] };
export type Period = { from: CivilDate; to: CivilDate; problem: "unreadable" | "backwards" | undefined };

const days = 30;

/** The days that were asked for; what cannot be read is said, and the last thirty days are shown. */
export function periodOf({ from, to }: Asked, today: CivilDate): Period {
  const usual = { from: addDays(today, 1 - days), to: today };
  if ((from ?? "") === "" && (to ?? "") === "") return { ...usual, problem: undefined };
  const isDay = (day: Asked["from"]): day is CivilDate => typeof day === "string" && isCivilDate(day);
  if (!isDay(from) || !isDay(to)) return { ...usual, problem: "unreadable" };
  if (from > to) return { ...usual, problem: "backwards" };
  return { from, to, problem: undefined };
}
