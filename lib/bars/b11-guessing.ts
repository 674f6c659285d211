import { randomUUID } from "node:crypto";
import { rateWindow, staff } from "@/db/schema/staff";
import { hashPassword } from "@/lib/auth/password";
import type { Bar } from "@/lib/bars/bar";
import { ask, type DoorBank, openDoorBank } from "@/lib/bars/door-bank";
import { suiteBar } from "@/lib/bars/suite";

/**
 * B11: wrong passwords in hundreds at two web servers of one bank, from one address and from thirty, with forwarded-for
 * headers made up; ten are verified a person and address, over both servers and a restart, and whoever knows gets in.
 */
const perAddress = 10;
const right = "the right password";

const inProcess = suiteBar({ id: "B11", title: "", files: ["lib/auth/guessing.test.ts"] });

interface Browser {
  cookies: Map<string, string>;
  /** which of this machine's own addresses the connection comes from */
  from: string;
}

const browser = (from: string): Browser => ({ cookies: new Map(), from });

async function send(bank: DoorBank, who: Browser, port: number, path: string, form?: Record<string, string>) {
  const answer = await ask(
    {
      port,
      path,
      localAddress: who.from,
      method: form ? "POST" : "GET",
      headers: {
        cookie: [...who.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        "x-forwarded-for": `198.51.100.${Math.floor(Math.random() * 250)}`,
        ...(form && {
          origin: new URL(bank.at.appUrl).origin,
          "content-type": "application/x-www-form-urlencoded",
        }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
    },
    bank.at.appUrl,
  );
  for (const line of answer.headers["set-cookie"] ?? []) {
    const [pair = ""] = line.split(";");
    who.cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
  }
  return answer;
}

/** Signs in as the form does; the answer is "in" or a code. */
async function signIn(bank: DoorBank, who: Browser, port: number, email: string, password: string) {
  const { csrfToken } = JSON.parse((await send(bank, who, port, "/api/auth/csrf")).text) as {
    csrfToken: string;
  };
  const form = { email, password, csrfToken, json: "true" };
  const answer = await send(bank, who, port, "/api/auth/callback/staff", form);
  const { url = "" } = JSON.parse(answer.text) as { url?: string };
  return { outcome: /error=(\w+)/.exec(url)?.[1] ?? "in", setCookies: answer.headers["set-cookie"] ?? [] };
}

const count = (outcomes: { outcome: string }[], wanted: string) =>
  outcomes.filter(({ outcome }) => outcome === wanted).length;

export const bar: Bar = {
  id: "B11",
  title: "Guessing is hopeless, lock-out is not a weapon",
  async run(options) {
    const small = await inProcess.run(options);
    const bank = await openDoorBank();
    let second = await bank.startApp();
    const wrong: string[] = [];
    const check = (holds: boolean, what: string) => holds || wrong.push(what);
    try {
      const passwordHash = await hashPassword(right);
      const person = async () => {
        const username = `${randomUUID()}@bank.example`;
        await bank.owner.db
          .insert(staff)
          .values({ username, displayName: "June", role: "clerk", passwordHash });
        return username;
      };
      const [june, may] = [await person(), await person()];
      const ports = () => [bank.at.ports.app, second.port] as const;

      const desk = browser("127.0.0.2");
      const first = await signIn(bank, desk, ports()[0], june, right);
      check(first.outcome === "in", `the right password: ${first.outcome}`);
      const session = first.setCookies.find((line) => line.startsWith("granary.session="));
      check(/SameSite=Strict/i.test(session ?? "") && /HttpOnly/i.test(session ?? ""), `cookie: ${session}`);

      const guesses = async (from: string, times: number, email: string) =>
        Promise.all(
          Array.from({ length: times }, (_, n) =>
            signIn(bank, browser(from), ports()[n % 2] as number, email, "no"),
          ),
        );
      const one = await guesses("127.0.0.3", 100, june);
      check(
        count(one, "sign_in_wrong_password") === perAddress,
        `from one address ${count(one, "sign_in_wrong_password")} were verified`,
      );

      const many = await Promise.all(
        Array.from({ length: 30 }, (_, n) => guesses(`127.0.1.${n + 1}`, 12, june)),
      );
      for (const [n, found] of many.entries())
        check(
          count(found, "sign_in_wrong_password") === perAddress,
          `address ${n}: ${count(found, "sign_in_wrong_password")} verified`,
        );

      await second.stop();
      second = await bank.startApp();
      const after = await signIn(bank, browser("127.0.0.3"), second.port, june, right);
      check(after.outcome === "rate_limited", `after a restart: ${after.outcome}`);

      await guesses("127.0.0.2", 12, june);
      const stranger = await signIn(bank, browser("127.0.0.2"), ports()[0], june, right);
      check(
        stranger.outcome === "rate_limited",
        `an unknown browser at a worn-out address: ${stranger.outcome}`,
      );
      const known = await signIn(bank, desk, ports()[0], june, right);
      check(known.outcome === "in", `the known browser at the same address: ${known.outcome}`);
      const other = await signIn(bank, browser("127.0.0.3"), ports()[0], may, right);
      check(other.outcome === "in", `another person at the guesser's address: ${other.outcome}`);

      const nonces = await Promise.all(
        Array.from({ length: 200 }, () => send(bank, browser("127.0.0.4"), ports()[0], "/api/auth/nonce")),
      );
      const refused = nonces.filter(({ status }) => status === 429).length;
      check(refused > 0, "a flood of nonces was not limited");
      const elsewhere = await send(bank, browser("127.0.0.5"), ports()[0], "/api/auth/nonce");
      check(elsewhere.status === 200, `a nonce for somebody else during the flood: ${elsewhere.status}`);
      const counted = await bank.owner.db.$count(rateWindow);
      return {
        value: `${wrong.length} of ${9 + many.length} checks failed`,
        limit: "0",
        pass: wrong.length === 0 && small.pass,
        notes: [
          `in process: ${small.value}`,
          `460 wrong passwords, ${counted} counters, ${refused} nonces refused`,
          ...(small.notes ?? []),
          ...wrong,
        ],
      };
    } finally {
      await second.stop();
      await bank.close();
    }
  },
};
