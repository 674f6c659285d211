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
    ...people.map((person) =>
      `${person.name.padEnd(names)}  ${colour.dim(person.role.padEnd(roles))}  ${howToSignIn(person)}`.trimEnd(),
    ),
    "",
    colour.dim(`Residents ${input.appUrl}/stake   Staff ${input.appUrl}/staff   Chain ${input.rpcUrl}`),
    colour.dim(`Data and logs ${input.home.folder}   Ctrl-C stops everything and keeps the data`),
    rule,
    "",
  ];
  return lines.map((line) => (line ? `  ${line}` : "")).join("\n");
}
