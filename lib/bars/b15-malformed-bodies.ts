import { sql } from "drizzle-orm";
import { doors } from "@/lib/auth/door-list";
import { gather } from "@/lib/auth/door-people";
import { actionTable, pageTable } from "@/lib/auth/door-table";
import type { Bar } from "@/lib/bars/bar";
import { type Answer, ask, type DoorBank, openDoorBank } from "@/lib/bars/door-bank";
import { actionAddresses, readAction } from "@/lib/bars/door-knock";
import { malformedBody, malformedCall, malformedQuery } from "@/lib/bars/malformed";
import { chooser, type Random } from "@/lib/bars/random";
import { inProject } from "@/lib/processes/running-bank";
import { dataClientName } from "@/lib/validators/commands/open-data-client";

/**
 * B15: thousands of bodies that no form sends, at every action and route of a running bank, by somebody signed in.
 * None may answer 5xx, none may run; the rows that customers and staff make are as many as before.
 */
const perAction = 5_000;
const perRoute = 1_000;
const atOnce = 12;

interface Shot {
  door: string;
  kind: string;
  send(): Promise<Answer>;
  /** what may never come back from it */
  ran(answer: Answer): boolean;
}

/** the bank funds its data client by itself, as often as that has paid its fees */
const ofPeople = sql`profile_id NOT IN (SELECT id FROM bank.profile WHERE name = ${dataClientName})`;

async function effects({ owner }: DoorBank): Promise<Record<string, string>> {
  const { rows } = await owner.db.execute<Record<string, string>>(sql`
    SELECT (SELECT count(*) FROM bank.audit_row WHERE actor ~ '^(customer|staff):') AS acts,
           (SELECT count(*) FROM bank.dollar_transfer WHERE ${ofPeople}) AS transfers,
           (SELECT count(*) FROM bank.issuance WHERE ${ofPeople}) AS issuances,
           (SELECT count(*) FROM bank.redemption WHERE ${ofPeople}) AS redemptions,
           (SELECT count(*) FROM bank.identity_application) AS applications,
           (SELECT count(*) FROM bank.session WHERE revoked_at IS NULL) AS sessions,
           (SELECT string_agg(name || is_on, ',' ORDER BY name) FROM bank.switch) AS switches,
           (SELECT string_agg(state, ',' ORDER BY id) FROM bank.approval) AS approvals`);
  return rows[0] ?? {};
}

export const bar: Bar = {
  id: "B15",
  title: "Inputs cannot break or stall it",
  async run({ seed, deep }) {
    const bank = await openDoorBank();
    const random = chooser(seed);
    try {
      const { appUrl, chainId, ports } = bank.at;
      const port = ports.app;
      const people = await gather(
        { app: bank.app.db, worker: bank.worker.db, owner: bank.owner.db },
        { chainId, conversionFeeMicros: "5000" },
      );
      const owner = { cookie: await bank.cookieFor(people.sessions.owner as string) };
      const staff = { cookie: await bank.cookieFor(people.sessions.compliance as string) };
      const origin = new URL(appUrl).origin;
      const addresses = actionAddresses();
      const all = doors(inProject());
      const makers: { count: number; make: (random: Random) => Shot }[] = [];

      for (const { id } of all.filter(({ kind }) => kind === "action")) {
        const { input, cells } = actionTable[id] as (typeof actionTable)[string];
        const right = await input?.(people.subjects);
        const who = cells.startsWith("sn") ? staff : owner;
        const address = addresses.get(id) as { id: string; page: string };
        const make = (from: Random): Shot => {
          const { kind, type, body } = malformedCall(from, right);
          const headers = {
            ...who,
            origin,
            accept: "text/x-component",
            "next-action": address.id,
            ...(type && { "content-type": type }),
          };
          return {
            door: id,
            kind,
            send: () => ask({ port, path: address.page, method: "POST", headers, body }, appUrl),
            ran: (answer) => answer.status < 400 && "data" in readAction(answer),
          };
        };
        makers.push({ count: deep ? perAction * 10 : perAction, make });
      }
      for (const { id, kind, name } of all.filter((door) => door.kind !== "action")) {
        const path = (kind === "page" ? id : (id.split(" ")[1] ?? ""))
          .replace("[...nextauth]", "callback/siwe")
          .replace(/\[\w+\]/, "00000000-0000-4000-8000-000000000000");
        const writes = kind === "route" && name === "POST";
        const make = (from: Random): Shot => {
          const { kind: what, type, body } = malformedBody(from);
          const headers = { ...owner, ...(writes && { origin, ...(type && { "content-type": type }) }) };
          return {
            door: id,
            kind: writes ? what : "address",
            send: () =>
              writes
                ? ask({ port, path, method: "POST", headers, body }, appUrl)
                : ask({ port, path: `${path}?${malformedQuery(from)}`, headers }, appUrl),
            ran: () => false,
          };
        };
        const isHeavy = kind === "page" && id in pageTable;
        makers.push({ count: writes ? perAction : isHeavy ? 50 : perRoute / 4, make });
      }

      const before = await effects(bank);
      const wrong = new Map<string, number>();
      const statuses = new Map<number, number>();
      const waits: number[] = [];
      let sent = 0;
      const queue = makers.map((one) => ({ ...one, left: one.count }));
      const started = performance.now();
      const shooter = async () => {
        for (let next = queue.find(({ left }) => left > 0); next; next = queue.find(({ left }) => left > 0)) {
          next.left -= 1;
          const shot = next.make(random);
          const since = performance.now();
          const answer = await shot.send().catch((error: Error) => error);
          waits.push(performance.now() - since);
          sent += 1;
          const status = answer instanceof Error ? 0 : answer.status;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (answer instanceof Error || answer.status >= 500 || shot.ran(answer)) {
            const what = answer instanceof Error ? answer.message : `answered ${status}`;
            const line = `${shot.door}, ${shot.kind}: ${what}`;
            wrong.set(line, (wrong.get(line) ?? 0) + 1);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, shooter));
      const seconds = (performance.now() - started) / 1000;
      const after = await effects(bank);
      const changed = Object.keys(after).filter((what) => after[what] !== before[what]);
      waits.sort((a, b) => a - b);
      const bad = [...wrong.values()].reduce((sum, n) => sum + n, 0);
      return {
        value: `${bad} of ${sent} ran or broke, effect ${changed.join(" and ") || "none"}`,
        limit: "0, none",
        pass: bad === 0 && changed.length === 0,
        notes: [
          ...changed.map((what) => `${what} were ${before[what]}, are ${after[what]}`),
          `${sent} in ${seconds.toFixed(0)} s, ${atOnce} at once, p99 ${waits[Math.floor(waits.length * 0.99)]?.toFixed(0)} ms`,
          [...statuses]
            .sort(([a], [b]) => a - b)
            .map(([status, n]) => `${status}: ${n}`)
            .join(", "),
          ...[...wrong].slice(0, 40).map(([line, n]) => `${n} x ${line}`),
        ],
      };
    } finally {
      await bank.close();
    }
  },
};
