import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { randomFrom } from "@/lib/bars/random";
import { barSeed, rounds } from "@/lib/bars/rounds";
import { type Answer, Visitor } from "@/lib/bench/visitor";
import { bank } from "../fixtures/bank";
import { pagesFor } from "./pages";
import { seeded, visitorAs } from "./visitors";

/**
 * What is meant for one person never reaches another, also through a cache that keeps whatever it is allowed to,
 * and every .css, .js and image that it is not forbidden to keep.
 */

interface Cache {
  url: string;
  hits: () => number;
  close: () => void;
}

async function cacheBefore(appUrl: string): Promise<Cache> {
  const kept = new Map<string, { status: number; headers: [string, string][]; body: Buffer }>();
  let hits = 0;
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const found = request.method === "GET" ? kept.get(path) : undefined;
    if (found) hits += 1;
    const answer = found ?? (await forward(path));
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);

    async function forward(to: string) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !["host", "connection"].includes(name)),
      ) as Record<string, string>;
      const reply = await fetch(`${appUrl}${to}`, {
        method: request.method ?? "GET",
        headers,
        redirect: "manual",
      });
      const told = [...reply.headers].filter(
        ([name]) => !/^(transfer-encoding|content-encoding|content-length|connection|keep-alive)$/.test(name),
      );
      const one = {
        status: reply.status,
        headers: told as [string, string][],
        body: Buffer.from(await reply.arrayBuffer()),
      };
      const rule = reply.headers.get("cache-control") ?? "";
      const looksStatic = /\.(css|js|png|svg|ico|woff2)(\?|$)/.test(to);
      if (!/no-store|private/.test(rule) && (/public|max-age/.test(rule) || looksStatic)) kept.set(to, one);
      return one;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, hits: () => hits, close: () => server.close() };
}

test("nothing of one reaches another in many mixed requests", async () => {
  test.setTimeout(600_000);
  const count = rounds(120);
  const next = randomFrom(BigInt(barSeed()));
  const random = () => Number(next() >> 11n) / 2 ** 53;
  const cache = await cacheBefore(bank().appUrl);
  const slugs = ["ada-whitcomb", "marcus-delgado", "june-castell"] as const;
  const canaries = Object.fromEntries(
    slugs.map((slug) => {
      const { name, address } = seeded(slug);
      return [slug, [name, ...(address ? [address, address.toLowerCase()] : [])]];
    }),
  );
  const people = await Promise.all(
    slugs.map(async (slug) => {
      const direct = await visitorAs(slug);
      const own = (await pagesFor(direct)).filter((path) => path.startsWith("/st"));
      return { slug, cookie: direct.cookie, pages: own };
    }),
  );
  const everybodys = [
    ...new Set([
      "/",
      "/reserves",
      "/api/stake/state",
      "/api/auth/session",
      "/api/public/reserves",
      ...people.flatMap(({ pages }) => pages),
    ]),
  ];
  const through = new Visitor(cache.url);
  const variants: { headers: Record<string, string>; end: string }[] = [
    { headers: {}, end: "" },
    { headers: {}, end: "?_rsc=1a2b3" },
    { headers: { rsc: "1" }, end: "?_rsc=1a2b3" },
    { headers: { rsc: "1", "next-router-prefetch": "1" }, end: "?_rsc=1a2b3" },
    { headers: { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" }, end: "" },
    { headers: {}, end: "/x.css" },
    { headers: {}, end: ".css" },
    { headers: {}, end: "/%2e%2e/x.css" },
    { headers: {}, end: ";x.css" },
    { headers: {}, end: "%3fx.css" },
    { headers: {}, end: "?x.css" },
  ];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const own: Record<string, number> = {};
  const ask = async (): Promise<void> => {
    const person = random() < 0.1 ? undefined : pick(people);
    const { headers, end } = pick(variants);
    const path = `${pick(everybodys)}${end}`;
    const answer: Answer = await through.ask(path, {
      headers: { ...headers, cookie: person?.cookie },
    });
    for (const slug of slugs) {
      const told =
        canaries[slug]?.filter((canary) =>
          `${answer.body}${JSON.stringify(answer.headers)}`.includes(canary),
        ) ?? [];
      if (slug === person?.slug) own[slug] = (own[slug] ?? 0) + told.length;
      // A clerk's work is to see residents; a resident never sees a clerk, nor anybody another resident.
      else if (person?.slug !== "june-castell")
        expect.soft(told, `${path} ${JSON.stringify(headers)} for ${person?.slug}`).toEqual([]);
    }
  };
  for (let at = 0; at < 2; at++)
    await through.ask("/api/public/reserves", { headers: { cookie: undefined } });
  expect(cache.hits(), "the cache keeps what it may").toBe(1);
  for (let done = 0; done < count; done += 8)
    await Promise.all(Array.from({ length: Math.min(8, count - done) }, ask));
  for (const slug of slugs) expect(own[slug], `${slug} saw what is theirs`).toBeGreaterThan(0);
  through.close();
  cache.close();
});
