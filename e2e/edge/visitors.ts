import { readFileSync } from "node:fs";
import pg from "pg";
import { Visitor } from "@/lib/bench/visitor";
import { inProject, runningBank } from "@/lib/processes/running-bank";
import { bank } from "../fixtures/bank";

type Seeded = { slug: string; name: string; walletKey?: `0x${string}`; address?: string };

export const seeded = (slug: string): Seeded => {
  const one = (bank().people as Seeded[]).find((person) => person.slug === slug);
  if (!one) throw new Error(`${slug} is not among the seeded people`);
  return one;
};

export async function visitorAs(slug?: string): Promise<Visitor> {
  const visitor = new Visitor(bank().appUrl);
  if (!slug) return visitor;
  const { walletKey } = seeded(slug);
  if (walletKey) await visitor.signInWallet(walletKey);
  else await visitor.signInStaff(slug);
  return visitor;
}

export interface BuiltAction {
  id: string;
  name: string;
  file: string;
  /** a page from which it can be called */
  path: string;
}

/** Every server action of the build under test, as the build itself lists them. */
export function builtActions(): BuiltAction[] {
  const manifest = JSON.parse(
    readFileSync(inProject(".next", "server", "server-reference-manifest.json"), "utf8"),
  ) as { node: Record<string, { filename: string; exportedName: string; workers: Record<string, unknown> }> };
  return Object.entries(manifest.node).map(([id, { filename, exportedName, workers }]) => ({
    id,
    name: exportedName,
    file: filename,
    path: pathOf(Object.keys(workers)[0] ?? ""),
  }));
}

/** In the wire format a text that begins with a dollar sign is sent with two. */
const asText = (_key: string, value: unknown) =>
  typeof value === "string" && value.startsWith("$") ? `$${value}` : value;

/** Calls a server action as our own page would, and gives back what it answered. */
export async function callAction(
  visitor: Visitor,
  name: string,
  input: unknown,
): Promise<{ status: number; data?: unknown; code?: string; requestId: string }> {
  const action = builtActions().find((one) => one.name === name);
  if (!action) throw new Error(`the build has no action ${name}`);
  const { status, headers, body } = await visitor.ask(action.path, {
    method: "POST",
    headers: {
      origin: visitor.appUrl,
      "next-action": action.id,
      "content-type": "text/plain;charset=UTF-8",
      accept: "text/x-component",
    },
    body: JSON.stringify([input], asText),
  });
  const line = body.split("\n").find((one) => /^1:\{/.test(one));
  const answer = line
    ? (JSON.parse(line.slice(2)) as { data?: unknown; serverError?: { code: string } })
    : {};
  return {
    status,
    data: answer.data,
    ...(answer.serverError && { code: answer.serverError.code }),
    requestId: String(headers["x-request-id"]),
  };
}

/** "app/staff/(desk)/approvals/[id]/page" is opened at /staff/approvals/<an id>. */
export const pathOf = (worker: string): string =>
  worker
    .replace(/^app/, "")
    .replace(/\/(page|route)(\.tsx?)?$/, "")
    .replaceAll(/\/\([^)]+\)/g, "")
    .replaceAll(/\[[^\]]+\]/g, "00000000-0000-4000-8000-000000000000") || "/";

/** One look into the books of the bank under test. */
export async function inBooks<T extends pg.QueryResultRow>(
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: runningBank(bank().home).at.databaseUrls.readonly });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
