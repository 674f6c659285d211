import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { staff } from "@/db/schema/staff";
import { AppError } from "@/lib/errors";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

const request = vi.hoisted(() => ({ headers: new Headers(), cookies: new Map<string, string>() }));
vi.mock("next/headers", () => ({
  headers: async () => request.headers,
  cookies: async () => ({
    get: (name: string) => {
      const value = request.cookies.get(name);
      return value === undefined ? undefined : { name, value };
    },
  }),
}));

import { encode } from "next-auth/jwt";
import { customerAction, publicAction, staffAction } from "@/lib/auth/action-clients";
import { insertSession, revokeSessions } from "@/lib/auth/session";

const secret = "a secret of at least thirty-two characters";
const own = "http://localhost:3000";
const reference = "11111111-2222-3333-4444-555555555555";
let database: TestDatabase;
let ran = 0;

const doAnything = publicAction
  .metadata({ name: "do anything" })
  .inputSchema(z.strictObject({ what: z.string().optional() }))
  .action(async ({ parsedInput, ctx }) => {
    ran++;
    if (parsedInput.what === "refuse") throw new AppError("balance_too_low", { shortMicros: "5" });
    if (parsedInput.what === "break") throw new Error("secret: the password is hunter2");
    return { actor: ctx.actor.kind, requestId: ctx.command.requestId };
  });
const doAsCustomer = customerAction
  .metadata({ name: "do as customer" })
  .inputSchema(z.strictObject({}))
  .action(async ({ ctx }) => ctx.actor.profileId);
const doAsClerk = staffAction("identity:decide")
  .metadata({ name: "do as clerk" })
  .inputSchema(z.strictObject({}))
  .action(async ({ ctx }) => ctx.actor.role);

function arrive(from: { origin?: string; headers?: Record<string, string>; cookie?: string }) {
  request.headers = new Headers({ "x-request-id": reference, host: "localhost:3000", ...from.headers });
  if (from.origin !== undefined) request.headers.set("origin", from.origin);
  request.cookies.clear();
  if (from.cookie) request.cookies.set("granary.session", from.cookie);
}

beforeAll(async () => {
  database = await testDatabase();
  vi.stubEnv("APP_URL", own);
  vi.stubEnv("NEXTAUTH_SECRET", secret);
  vi.stubEnv("DATABASE_URL_APP", database.urls.app);
});
afterAll(async () => {
  const { openFor } = await import("@/db/client");
  await openFor("app").close();
  await database?.close();
  vi.unstubAllEnvs();
});

async function staffCookie(role: "clerk" | "examiner") {
  const { db } = database.open("owner");
  const [member] = await db
    .insert(staff)
    .values({ username: `${role}-${Math.random()}`, displayName: role, role, passwordHash: "scrypt$a$b" })
    .returning();
  const sessionId = await insertSession(db, { kind: "staff", staffId: member!.id }, undefined);
  return { sessionId, db, cookie: await encode({ token: { sid: sessionId }, secret }) };
}

describe("an action", () => {
  it("runs when it is called from our own page, under the request's id", async () => {
    arrive({ origin: own });
    expect((await doAnything({})).data).toEqual({ actor: "anonymous", requestId: reference });
  });

  it.each([
    ["no origin", undefined],
    ["a null origin", "null"],
    ["an empty origin", ""],
    ["another site", "https://evil.example"],
    ["another port", "http://localhost:3001"],
    ["another scheme", "https://localhost:3000"],
    ["a sub-domain", "http://a.localhost:3000"],
    ["a longer name", "http://localhost:3000.evil.example"],
    ["another case of the host's address", "http://127.0.0.1:3000"],
  ])("does not run with %s", async (_, origin) => {
    ran = 0;
    arrive({ origin });
    expect((await doAnything({})).serverError).toEqual({ code: "foreign_origin", reference });
    expect(ran).toBe(0);
  });

  it("believes no forwarded host", async () => {
    ran = 0;
    const headers = { "x-forwarded-host": "evil.example", host: "evil.example", "x-forwarded-proto": "http" };
    arrive({ origin: "http://evil.example", headers });
    expect((await doAnything({})).serverError?.code).toBe("foreign_origin");
    expect(ran).toBe(0);
  });

  it("answers a refusal with its code and a defect with nothing but a reference", async () => {
    arrive({ origin: own });
    expect((await doAnything({ what: "refuse" })).serverError).toEqual({
      code: "balance_too_low",
      reference,
      details: { shortMicros: "5" },
    });
    const broken = await doAnything({ what: "break" });
    expect(broken.serverError).toEqual({ code: "unexpected", reference });
    expect(JSON.stringify(broken)).not.toMatch(/hunter2|password/);
  });

  it("does not run on keys it does not know", async () => {
    ran = 0;
    arrive({ origin: own });
    const result = await doAnything({ what: "x", role: "admin" } as { what: string });
    expect(result.validationErrors).toBeDefined();
    expect(ran).toBe(0);
  });

  it("makes an id of its own when the one given is no id", async () => {
    arrive({ origin: own, headers: { "x-request-id": "../../etc/passwd" } });
    expect((await doAnything({})).data?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("who may run it", () => {
  it("asks a stranger to sign in", async () => {
    arrive({ origin: own });
    expect((await doAsCustomer({})).serverError?.code).toBe("sign_in_required");
    expect((await doAsClerk({})).serverError?.code).toBe("sign_in_required");
  });

  it("lets a clerk in, refuses an examiner and both as customers", async () => {
    const clerk = await staffCookie("clerk");
    arrive({ origin: own, cookie: clerk.cookie });
    expect((await doAsClerk({})).data).toBe("clerk");
    expect((await doAsCustomer({})).serverError?.code).toBe("not_allowed");
    arrive({ origin: own, cookie: (await staffCookie("examiner")).cookie });
    expect((await doAsClerk({})).serverError?.code).toBe("not_allowed");
  });

  it("refuses a revoked session on its next request", async () => {
    const { cookie, sessionId, db } = await staffCookie("clerk");
    arrive({ origin: own, cookie });
    expect((await doAsClerk({})).data).toBe("clerk");
    await revokeSessions(db, { sessionId }, "test");
    expect((await doAsClerk({})).serverError?.code).toBe("signed_out");
  });

  it("refuses a cookie made with another secret, or without a session behind it", async () => {
    const { sessionId } = await staffCookie("clerk");
    const forged = [
      await encode({ token: { sid: sessionId }, secret: "another secret of thirty-two characters" }),
      await encode({ token: { sid: "00000000-0000-4000-8000-000000000000" }, secret }),
      await encode({ token: {}, secret }),
      sessionId,
      "x".repeat(5_000),
    ];
    for (const cookie of forged) {
      arrive({ origin: own, cookie });
      expect((await doAsClerk({})).serverError?.code).toBe("sign_in_required");
    }
  });
});
