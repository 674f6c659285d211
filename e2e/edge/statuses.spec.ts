import { expect, test } from "@playwright/test";
import { missingPages, pagePatterns } from "./pages";
import { pathOf, visitorAs } from "./visitors";

/** The status says what the page says: nobody is answered 200 with a page that means no. */

const staffPages = pagePatterns.filter((path) => /^\/staff(\/|$)/.test(path) && path !== "/staff/kit");
const opened = (pattern: string) => pathOf(`app${pattern}/page`);

test("a stranger at the desk is sent to the door at once, and sees nothing of it", async () => {
  const stranger = await visitorAs();
  const resident = await visitorAs("ada-whitcomb");
  for (const visitor of [stranger, resident])
    for (const path of staffPages.map(opened)) {
      const { status, headers, body } = await visitor.ask(path);
      expect.soft(status, path).toBe(307);
      expect.soft(headers.location, path).toMatch(/^\/sign-in(\?to=|$)/);
      expect.soft(body, path).not.toMatch(/Queues|Outbox|People who wait|Sign out/);
    }
  for (const path of pagePatterns.filter((one) => /^\/stake\/./.test(one)).map(opened)) {
    const { status, headers } = await stranger.ask(path);
    expect.soft([status, headers.location], path).toEqual([307, "/stake"]);
  }
});

test("staff without the right are sent away at once", async () => {
  const valuer = await visitorAs("tom-ashby");
  const { status, headers } = await valuer.ask("/staff/identity");
  expect([status, headers.location]).toEqual([307, "/staff/not-allowed"]);
});

test("what is not there is 404", async () => {
  const resident = await visitorAs("ada-whitcomb");
  const officer = await visitorAs("noor-rahimi");
  for (const path of missingPages) {
    const { status, body } = await (path.startsWith("/staff") ? officer : resident).ask(path);
    expect.soft(status, path).toBe(404);
    expect.soft(body, path).toContain("There is no page at this address");
  }
  for (const path of [
    ...["/reserves/x.css", "/stake/x.css", "/staff/x.css"],
    "/nowhere",
    "/api/nowhere",
    "/_next/static/none.js",
  ])
    expect.soft((await officer.ask(path)).status, path).toBe(404);
});

test("an address that cannot be read is 400, in words", async () => {
  const officer = await visitorAs("noor-rahimi");
  for (const path of [
    "/%E0%A4%A",
    "/staff/identity/%ff",
    "/stake/dollars/receipt/%",
    "/api/auth/%ff",
    "/staff/identity/%00",
  ])
    for (const headers of [{}, { rsc: "1" }, { rsc: "1", "next-router-prefetch": "1" }]) {
      const answer = await officer.ask(path, { headers });
      expect.soft(answer.status, path).toBe(400);
      expect.soft(answer.body, path).toContain("We cannot read this address");
    }
});

test("one page has one address", async () => {
  const visitor = await visitorAs();
  const slash = await visitor.ask("/reserves/?a=1");
  expect([slash.status, slash.headers.location]).toEqual([308, "/reserves?a=1"]);
  for (const path of ["//evil.example/", "/%2fevil.example/", "/\\evil.example/", "/.//evil.example/"]) {
    const { headers } = await visitor.ask(path);
    const to = new URL(headers.location ?? "/", visitor.appUrl);
    expect.soft(to.origin, path).toBe(visitor.appUrl);
  }
});
