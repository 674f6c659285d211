import { expect, test } from "@playwright/test";
import { rounds } from "@/lib/bars/rounds";
import { visitorAs } from "./visitors";

test("no nonce is given out twice, and each stands in its page", async () => {
  test.setTimeout(300_000);
  const visitor = await visitorAs();
  const seen = new Set<string>();
  const count = rounds(60);
  for (let at = 0; at < count; at++) {
    const path = ["/about-rewards", "/sign-in", "/reserves", "/stake"][at % 4] as string;
    const { headers, body } = await visitor.ask(path);
    const nonce = /'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1] ?? "none";
    const bare = [...body.matchAll(/<script\b[^>]*>/g)].filter(([tag]) => !tag.includes(`nonce="${nonce}"`));
    expect
      .soft(
        bare.map(([tag]) => tag),
        path,
      )
      .toEqual([]);
    seen.add(nonce);
  }
  expect(seen.size).toBe(count);
});
