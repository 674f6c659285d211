import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type { Answer, Visitor } from "@/lib/bench/visitor";
import { inProject } from "@/lib/processes/running-bank";
import { type BuiltAction, builtActions, inBooks, pathOf, visitorAs } from "./visitors";

/**
 * No request that another site makes a browser send has an effect: every action and every route that writes,
 * from every foreign origin, in every form in which a browser could send it.
 */
const isWhole = process.env.BAR_ROUNDS !== undefined;

const amount = () => ({ amount: "3", clientKey: randomUUID() });
const inputs: Record<string, () => unknown> = {
  bringDollars: amount,
  sendDollars: amount,
  convertDollars: () => ({ ...amount(), expectedFeeMicros: "0" }),
  prepareRedemption: amount,
  turnSwitch: () => ({ name: "payout", isOn: false, reason: "from elsewhere" }),
};

const origins = ({ appUrl }: Visitor): Record<string, Record<string, string>> => {
  const { protocol, hostname, port, host } = new URL(appUrl);
  return {
    missing: {},
    null: { origin: "null" },
    "another site": { origin: "https://evil.example" },
    "a sub-domain": { origin: `${protocol}//pay.${host}` },
    "another port": { origin: `${protocol}//${hostname}:${Number(port) + 1}` },
    "another scheme": { origin: `https://${host}` },
    "no address": { origin: "evil" },
    "a forwarded host": { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    "a forwarded host and scheme": {
      origin: "https://evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example;proto=https",
    },
  };
};

const boundary = "----granary";
const multipart = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join("")}--${boundary}--\r\n`;

type Shape = { method: string; headers: Record<string, string>; body?: string };
const shapes = ({ id, name }: BuiltAction): Record<string, Shape> => {
  const call = JSON.stringify([(inputs[name] ?? (() => ({})))()]);
  return {
    fetch: {
      method: "POST",
      headers: { "next-action": id, "content-type": "text/plain;charset=UTF-8", accept: "text/x-component" },
      body: call,
    },
    form: {
      method: "POST",
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
      body: multipart({ [`$ACTION_ID_${id}`]: "", 0: call, amount: "3" }),
    },
    text: { method: "POST", headers: { "next-action": id, "content-type": "text/plain" }, body: call },
    get: { method: "GET", headers: { "next-action": id } },
  };
};

/** One row is written for every write of the bank, under the request that made it. */
const effects = async (answers: readonly Answer[]) => {
  const ids = answers.map(({ headers }) => headers["x-request-id"]).filter(Boolean);
  const [row] = await inBooks<{ effects: string }>(
    "SELECT count(*) AS effects FROM bank.audit_row WHERE request_id = ANY($1)",
    [ids],
  );
  return Number(row?.effects);
};

async function knock(visitor: Visitor, action: BuiltAction) {
  const answers: Answer[] = [];
  for (const [from, headers] of Object.entries(origins(visitor)))
    for (const [shape, sent] of Object.entries(shapes(action))) {
      const answer = await visitor.ask(action.path, { ...sent, headers: { ...headers, ...sent.headers } });
      answers.push(answer);
      const told = `${action.name} as ${shape} from ${from}`;
      if (shape === "get") expect.soft([200, 307, 404], told).toContain(answer.status);
      else expect.soft(answer.status, told).toBe(403);
    }
  return answers;
}

test("no foreign page makes an action run", async () => {
  test.setTimeout(600_000);
  const customer = await visitorAs("marcus-delgado");
  const officer = await visitorAs("noor-rahimi");
  const actions = builtActions();
  expect(actions.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(inputs)));
  const chosen = isWhole
    ? actions
    : actions.filter(({ name }) => ["sendDollars", "turnSwitch"].includes(name));
  const answers: Answer[] = [];
  for (const action of chosen)
    answers.push(...(await knock(action.file.startsWith("app/staff") ? officer : customer, action)));
  expect(await effects(answers)).toBe(0);

  // The same call from our own page is obeyed: what was refused above would have worked.
  const bring = actions.find(({ name }) => name === "bringDollars") as BuiltAction;
  const { headers, ...sent } = shapes(bring).fetch as Shape;
  const own = await customer.ask(bring.path, { ...sent, headers: { ...headers, origin: customer.appUrl } });
  expect(own.status).toBe(200);
  expect(await effects([own])).toBeGreaterThan(0);
});

test("no foreign page writes through a route", async () => {
  const visitor = await visitorAs("marcus-delgado");
  const routes = readdirSync(inProject("app"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)route\.ts$/.test(file))
    .map((file) => pathOf(`app/${file}`));
  const known = ["/api/auth/signout", "/api/auth/callback/staff", "/api/auth/callback/siwe"];
  const types = ["application/json", "text/plain", "application/x-www-form-urlencoded"];
  for (const path of [...routes, ...known])
    for (const [from, headers] of Object.entries(origins(visitor)))
      for (const type of isWhole ? types : types.slice(0, 1))
        for (const method of isWhole ? ["POST", "PUT", "PATCH", "DELETE"] : ["POST"]) {
          const answer = await visitor.ask(path, {
            method,
            headers: { ...headers, "content-type": type },
            body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
          });
          expect.soft(answer.status, `${method} ${path} as ${type} from ${from}`).toBe(403);
        }
  expect((await visitor.ask("/stake")).body, "still signed in").toContain("/stake/account");
});

test("a page on another port, for which the browser even sends our cookie, gets nothing done", async ({
  browser,
}) => {
  const visitor = await visitorAs("marcus-delgado");
  const context = await browser.newContext();
  const [name = "", value = ""] =
    visitor.cookie
      .split("; ")
      .find((one) => one.startsWith("granary.session"))
      ?.split("=") ?? [];
  await context.addCookies([{ name, value, url: visitor.appUrl, httpOnly: true, sameSite: "Lax" }]);
  const page = await context.newPage();
  const send = builtActions().find((action) => action.name === "sendDollars") as BuiltAction;
  const moved = () => inBooks("SELECT count(*) AS sent FROM bank.audit_row WHERE command = 'send-dollars'");
  const before = await moved();
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().startsWith(visitor.appUrl) && request.method() === "POST") sent += 1;
  });
  const { protocol, hostname, port } = new URL(visitor.appUrl);
  const neighbour = `${protocol}//${hostname}:${Number(port) + 1}`;
  await page.route(`${neighbour}/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<p>hi</p>" }),
  );
  await page.goto(neighbour);
  await page.evaluate(
    async ({ url, id }) => {
      const body = JSON.stringify([
        { amount: "3", clientKey: crypto.getRandomValues(new Uint8Array(4)).join("") },
      ]);
      const post = (headers: Record<string, string>, mode: RequestMode) =>
        fetch(url, { method: "POST", credentials: "include", mode, headers, body }).catch(() => undefined);
      await post({ "content-type": "text/plain" }, "no-cors");
      await post({ "content-type": "text/plain", "next-action": id }, "cors");
    },
    { url: `${visitor.appUrl}${send.path}`, id: send.id },
  );
  const posted = page.waitForResponse(
    (answer) => answer.request().method() === "POST" && answer.request().isNavigationRequest(),
  );
  await page.evaluate(
    ({ url, id }) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", enctype: "multipart/form-data", action: url });
      const field = document.createElement("input");
      field.name = `$ACTION_ID_${id}`;
      form.append(field);
      document.body.append(form);
      form.submit();
    },
    { url: `${visitor.appUrl}${send.path}`, id: send.id },
  );
  expect((await posted).status()).toBe(403);
  expect(sent).toBeGreaterThan(1);
  expect(await moved()).toEqual(before);
  await context.close();
});
