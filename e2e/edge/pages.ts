import { readdirSync } from "node:fs";
import type { BrowserContext } from "@playwright/test";
import type { Visitor } from "@/lib/bench/visitor";
import { inProject } from "@/lib/processes/running-bank";
import { pathOf } from "./visitors";

/** Every page of the app by its file, so that a new one is crawled without being named; [id] stays as it is. */
export const pagePatterns: string[] = readdirSync(inProject("app"), { recursive: true, encoding: "utf8" })
  .filter((file) => /(^|\/)page\.tsx$/.test(file))
  .map((file) => `/${file}`.replace(/\/page\.tsx$/, "").replaceAll(/\/\([^)]+\)/g, "") || "/")
  .sort();

export const plainPages = pagePatterns.filter((path) => !path.includes("["));

/** Addresses of pages with an id in them, as the pages of this visitor link to them; else one that exists for nobody. */
export async function pagesFor(visitor: Visitor): Promise<string[]> {
  const linked = new Set<string>();
  for (const path of plainPages) {
    const { body } = await visitor.ask(path);
    for (const [, href = ""] of body.matchAll(/href="(\/[^"?#]*)/g)) linked.add(href);
  }
  const dynamic = pagePatterns.filter((path) => path.includes("["));
  return [
    ...plainPages,
    ...dynamic.flatMap((pattern) => {
      const shape = new RegExp(`^${pattern.replaceAll(/\[[^\]]+\]/g, "[0-9a-fx-]{20,}")}$`);
      const real = [...linked].find((href) => shape.test(href));
      return real ? [real] : [];
    }),
  ];
}

export const missingPages = pagePatterns
  .filter((path) => path.includes("["))
  .map((pattern) => pathOf(`app${pattern}/page`));

/** Lends a visitor's sign-in to a browser. */
export async function lendCookies(visitor: Visitor, context: BrowserContext): Promise<void> {
  for (const one of visitor.cookie.split("; ").filter(Boolean)) {
    const [name = "", ...value] = one.split("=");
    await context.addCookies([{ name, value: value.join("="), url: visitor.appUrl }]);
  }
}
