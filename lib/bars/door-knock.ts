import { readFileSync } from "node:fs";
import { type Door, doors } from "@/lib/auth/door-list";
import { gather, type Knocker, knockers, type People } from "@/lib/auth/door-people";
import { actionTable, cell, letterOf, pageTable, routeTable } from "@/lib/auth/door-table";
import { type Answer, ask, type DoorBank } from "@/lib/bars/door-bank";
import { issuanceTerms } from "@/lib/collateral/queries";
import { bpsOfUp } from "@/lib/money/math";
import { inProject } from "@/lib/processes/running-bank";

/** Every door of a running bank by every knocker, over HTTP, against the committed table. */
export interface Matrix {
  cells: number;
  /** door, knocker, what was decided and what came */
  wrong: string[];
  /** the letters as they came, a row a door */
  rows: Map<string, string>;
}

interface Reference {
  exportedName: string;
  filename: string;
  workers: Record<string, unknown>;
}

/** The number under which the build serves an action, and a page that may be asked for it. */
export function actionAddresses(): Map<string, { id: string; page: string }> {
  const { node } = JSON.parse(
    readFileSync(inProject(".next", "server", "server-reference-manifest.json"), "utf8"),
  ) as { node: Record<string, Reference> };
  return new Map(
    Object.entries(node).map(([id, { exportedName, workers }]) => {
      const page = Object.keys(workers)[0] ?? "";
      const path = page
        .replace(/^app|\/page$/g, "")
        .replace(/\/\([^)]*\)/g, "")
        .replace(/\[[^\]]+\]/, "00000000-0000-4000-8000-000000000000");
      return [exportedName, { id, page: path }];
    }),
  );
}

/** The answer of a server action: the row that the first row of the stream points at. */
export function readAction({ status, text }: Answer): { code?: string; invalid?: true; data?: unknown } {
  const at = /^0:.*?"a":"\$@([0-9a-f]+)"/m.exec(text)?.[1];
  const row = at && new RegExp(`^${at}:(.*)$`, "m").exec(text)?.[1];
  if (!row?.startsWith("{")) return { code: `${status} ${(row ?? text).slice(0, 80)}` };
  const found = JSON.parse(row) as {
    data?: unknown;
    serverError?: { code: string } | string;
    validationErrors?: unknown;
  };
  if (found.validationErrors) return { invalid: true };
  if (found.serverError === undefined) return { data: found.data };
  if (typeof found.serverError !== "string") return { code: found.serverError.code };
  const error = new RegExp(`^${found.serverError.replace(/^\$[@L]?/, "")}:(.*)$`, "m").exec(text)?.[1];
  return { code: error ? (JSON.parse(error) as { code: string }).code : "unread" };
}

const inPlaces: Record<string, string> = { "/stake": "c", "/staff/not-allowed": "n", "/staff": "h" };

/** A page that streams says in its body where it would go; one that does not says so in its status. */
function readPage({ status, headers, text }: Answer): string {
  const to =
    headers.location ??
    /<meta id="__next-page-redirect"[^>]*url=([^"]+)"/.exec(text)?.[1] ??
    /NEXT_REDIRECT;(?:replace|push);([^;]+);/.exec(text)?.[1];
  if (to) {
    const path = to.replace(/^https?:\/\/[^/]+/, "");
    return path.startsWith("/sign-in") ? "s" : (inPlaces[path] ?? `to ${path}`);
  }
  if (status === 404 || text.includes("NEXT_HTTP_ERROR_FALLBACK;404")) return "0";
  return status === 200 ? "y" : String(status);
}

export async function takeMatrix(bank: DoorBank, port: number): Promise<Matrix> {
  const { appUrl, chainId } = bank.at;
  const { issuanceFeeBps } = await issuanceTerms();
  const people = await gather(
    { app: bank.app.db, worker: bank.worker.db, owner: bank.owner.db },
    { chainId, conversionFeeMicros: bpsOfUp(5_000_000n, issuanceFeeBps).toString() },
  );
  const cookies = new Map<Knocker, Record<string, string>>();
  for (const who of knockers) {
    const sid = people.sessions[who];
    cookies.set(who, sid === undefined ? {} : { cookie: await bank.cookieFor(sid) });
  }
  const addresses = actionAddresses();
  const own = new URL(appUrl).origin;

  async function knock(door: Door, who: Knocker, column: number): Promise<string> {
    const from = cookies.get(who) ?? {};
    if (door.kind === "page") {
      const id = await pageTable[door.id]?.id?.(people.subjects);
      return readPage(await ask({ port, path: door.id.replace(/\[.*\]/, id ?? ""), headers: from }, appUrl));
    }
    if (door.kind === "route") return knockRoute(door, who, from);
    const address = addresses.get(door.id);
    if (!address) return "not built";
    const input = await inputOf(door.id, people, column);
    const answer = await ask(
      {
        port,
        path: address.page,
        method: "POST",
        headers: {
          ...from,
          origin: own,
          accept: "text/x-component",
          "next-action": address.id,
          "content-type": "text/plain;charset=UTF-8",
        },
        body: JSON.stringify(input ? [input] : []),
      },
      appUrl,
    );
    const { code, invalid } = readAction(answer);
    if (invalid) return "invalid";
    // The worker has granted coin to whoever has none before they ask: it is too soon, and they were let through.
    if (door.id === "requestCoin" && code === "rate_limited") return "y";
    return code === undefined ? "y" : (letterOf[code] ?? code);
  }

  async function knockRoute(door: Door, who: Knocker, from: Record<string, string>): Promise<string> {
    const row = routeTable[door.id];
    const token: Record<string, string> =
      row?.withToken && who === "made up" ? { authorization: `Bearer ${bank.metricsToken}` } : {};
    const type = row?.body ? "application/json" : "application/x-www-form-urlencoded";
    const answer = await ask(
      {
        port,
        path: (door.id.split(" ")[1] ?? "").replace(/\[.*$/, row?.rest ?? ""),
        method: door.name,
        headers: { ...from, ...token, origin: own, ...(door.name === "POST" && { "content-type": type }) },
        ...(row?.body !== undefined && { body: JSON.stringify(row.body) }),
      },
      appUrl,
    );
    if (answer.status < 400) return "y";
    const code = /"code":"(\w+)"/.exec(answer.text)?.[1];
    return code ? (letterOf[code] ?? code) : String(answer.status);
  }

  const found: Matrix = { cells: 0, wrong: [], rows: new Map() };
  for (const door of doors(inProject())) {
    const table = { action: actionTable, route: routeTable, page: pageTable }[door.kind];
    const cells = table[door.id]?.cells ?? "";
    const letters = await Promise.all(knockers.map((who, column) => knock(door, who, column)));
    found.rows.set(door.id, letters.join(" "));
    for (const [column, letter] of letters.entries()) {
      found.cells += 1;
      if (letter !== cell(cells, column))
        found.wrong.push(`${door.id} by ${knockers[column]}: decided ${cell(cells, column)}, came ${letter}`);
    }
  }
  return found;
}

/** Whoever is refused before the door looks at its subject shares one; everybody else has a fresh one. */
const shared = new WeakMap<People, Map<string, Promise<Record<string, unknown>>>>();

function inputOf(id: string, people: People, column: number) {
  const { cells = "", input } = actionTable[id] ?? {};
  if (!input) return undefined;
  if (!"sn".includes(cell(cells, column))) return input(people.subjects);
  const known = shared.get(people) ?? new Map<string, Promise<Record<string, unknown>>>();
  shared.set(people, known);
  const made = known.get(id) ?? Promise.resolve(input(people.subjects));
  known.set(id, made);
  return made;
}
