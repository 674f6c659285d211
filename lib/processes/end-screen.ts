import { existsSync } from "node:fs";
import { type Home, readJson } from "@/lib/processes/home";
import { colour } from "@/tools/progress.mjs";

/** One line of people.json, which the seed writes: who is there, and how to be them. */
export interface Person {
  name: string;
  role: string;
  /** how to sign in, such as "demo wallet" or an e-mail address with its password */
  signIn?: string;
  email?: string;
  password?: string;
  story?: string;
}

const howToSignIn = (person: Person): string =>
  person.signIn ??
  (person.email ? `${person.email}${person.password ? `  ${person.password}` : ""}` : "demo wallet");

/** A long key is cut in the middle where the terminal is too narrow; people.json has it whole. */
const fitted = (text: string, room: number): string =>
  text.length <= room
    ? text
    : text.replace(/0x[0-9a-fA-F]{20,}/, (key) => `${key.slice(0, 8)}…${key.slice(-6)}`);

/** What stands in the terminal while the bank runs. */
export function endScreen(input: {
  appUrl: string;
  bankName: string;
  home: Home;
  seconds: number;
  rpcUrl: string;
  width?: number;
}): string {
  const people = existsSync(input.home.people) ? (readJson<Person[]>(input.home.people) ?? []) : [];
  const width = Math.max(60, Math.min(input.width ?? process.stdout.columns ?? 100, 110)) - 4;
  const rule = colour.dim("─".repeat(width));
  const column = (rows: string[]) => Math.max(0, ...rows.map((text) => text.length));
  const names = column(people.map(({ name }) => name));
  const roles = column(people.map(({ role }) => role));
  const lines = [
    "",
    rule,
    `${colour.bold(input.bankName)} is open at  ${colour.bold(colour.blue(input.appUrl))}   ${colour.dim(`${input.seconds.toFixed(1)} s`)}`,
    ...(people.length > 0 ? ["", colour.dim("Who can sign in")] : []),
    ...people.map((person) => {
      const how = fitted(howToSignIn(person), width - names - roles - 4);
      return `${person.name.padEnd(names)}  ${colour.dim(person.role.padEnd(roles))}  ${how}`.trimEnd();
    }),
    "",
    colour.dim(`Residents ${input.appUrl}/stake   Staff ${input.appUrl}/staff   Chain ${input.rpcUrl}`),
    colour.dim(`Data and logs ${input.home.folder}   Ctrl-C stops everything and keeps the data`),
    rule,
    "",
  ];
  return lines.map((line) => (line ? `  ${line}` : "")).join("\n");
}
