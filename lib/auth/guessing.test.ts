import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { rateWindow, staff } from "@/db/schema/staff";
import { type StaffSignIn, signInStaff } from "@/lib/auth/commands/sign-in-staff";
import { deviceIn, newDevice } from "@/lib/auth/device";
import { hashPassword } from "@/lib/auth/password";
import { networkOf } from "@/lib/auth/peer";
import { type TestBank, testBank } from "@/lib/processes/test-bank";

/** B11: guessing is hopeless, and no way to lock out whoever knows. */
const password = "the right password of june";
const june = "june@bank.example";
const perAccount = 10;
let bank: TestBank;

beforeAll(async () => {
  bank = await testBank();
  vi.stubEnv("NEXTAUTH_SECRET", "a secret of at least thirty-two characters");
  const passwordHash = await hashPassword(password);
  for (const username of [june, "other@bank.example"])
    await bank.owner.insert(staff).values({ username, displayName: "June", role: "clerk", passwordHash });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await bank?.close();
});
beforeEach(() => bank.owner.delete(rateWindow));

const attempt = (change: Partial<StaffSignIn> = {}) =>
  signInStaff(bank.as({ kind: "system", job: "sign-in" }), {
    email: june,
    password: "wrong",
    address: "203.0.113.7",
    ...change,
  }).then(
    () => "in",
    (error: { code?: string }) => error.code ?? String(error),
  );
const count = (outcomes: string[], wanted: string) => outcomes.filter((one) => one === wanted).length;

describe("guessing a password", () => {
  it("is tried ten times a quarter of an hour from one place, however many come at once", async () => {
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => attempt()));
    expect(count(outcomes, "sign_in_wrong_password")).toBe(perAccount);
    expect(count(outcomes, "rate_limited")).toBe(20);
    expect(await attempt({ password })).toBe("rate_limited");
  });

  it("is counted in the database, so that a restart or a second server forgets nothing", async () => {
    await Promise.all(Array.from({ length: perAccount }, () => attempt()));
    const second = bank.database.open("app").db;
    const from = bank.as({ kind: "system", job: "sign-in" }, second);
    await expect(signInStaff(from, { email: june, password, address: "203.0.113.7" })).rejects.toMatchObject({
      code: "rate_limited",
    });
  });

  it("locks out neither other people at that place nor the same person elsewhere", async () => {
    await Promise.all(Array.from({ length: 15 }, () => attempt()));
    expect(await attempt({ email: "other@bank.example", password })).toBe("in");
    expect(await attempt({ password, address: "198.51.100.2" })).toBe("in");
  });

  it("never locks out a browser in which the person has signed in before, also where nobody knows the place", async () => {
    for (const address of ["direct", "203.0.113.7"]) {
      const deviceCookie = newDevice(june);
      await Promise.all(Array.from({ length: 15 }, () => attempt({ address })));
      expect(await attempt({ password, address })).toBe("rate_limited");
      expect(await attempt({ password, address, deviceCookie })).toBe("in");
    }
  });

  it("is limited in a known browser too, and gains nothing by a made-up one", async () => {
    const deviceCookie = newDevice(june);
    const known = await Promise.all(Array.from({ length: 15 }, () => attempt({ deviceCookie })));
    expect(count(known, "sign_in_wrong_password")).toBe(perAccount);
    const stolen = [newDevice("other@bank.example"), "x.y", ".", "", `${"a".repeat(9_000)}.b`];
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, n) => attempt({ deviceCookie: stolen[n % stolen.length] as string })),
    );
    expect(count(made, "sign_in_wrong_password")).toBe(perAccount);
    expect(deviceIn(newDevice(june), june)).toBeDefined();
    expect(deviceIn(newDevice(june), "other@bank.example")).toBeUndefined();
  });

  it("is tried at most a hundred times a day from one place, whoever is guessed at", async () => {
    await bank.owner.insert(rateWindow).values({ key: "staff-address:203.0.113.7", count: 97 });
    const outcomes: string[] = [];
    for (let n = 0; n < 6; n++) outcomes.push(await attempt({ email: `nobody-${n}@bank.example` }));
    expect(count(outcomes, "sign_in_wrong_password")).toBe(3);
    const [row] = await bank.owner
      .select()
      .from(rateWindow)
      .where(eq(rateWindow.key, "staff-address:203.0.113.7"));
    expect(row?.count).toBeGreaterThan(100);
  });

  it("does not wear down a place by sign-ins that are right", async () => {
    await bank.owner.insert(rateWindow).values({ key: "staff-address:203.0.113.7", count: 50 });
    for (let n = 0; n < 3; n++) expect(await attempt({ password })).toBe("in");
    const [row] = await bank.owner
      .select()
      .from(rateWindow)
      .where(eq(rateWindow.key, "staff-address:203.0.113.7"));
    expect(row?.count).toBe(50);
  });
});

describe("a place", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
  ])("%s counts as %s", (address, network) => expect(networkOf(address)).toBe(network));
});

describe("who is a member of the staff", () => {
  it("cannot be told from the answer, nor from how long it takes", async () => {
    const took = async (email: string) => {
      const times: number[] = [];
      for (let n = 0; n < 8; n++) {
        await bank.owner.delete(rateWindow);
        const since = performance.now();
        expect(await attempt({ email })).toBe("sign_in_wrong_password");
        times.push(performance.now() - since);
      }
      return times.sort((a, b) => a - b)[3] as number;
    };
    const [known, unknown] = [await took(june), await took("nobody@bank.example")];
    // scrypt takes some hundred milliseconds: without it for strangers the ratio would be far from one
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3);
  });
});
