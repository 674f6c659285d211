import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { inTransaction } from "@/db/transaction";
import { verbs } from "@/lib/cli/ledger";
import { linesOf, toJson } from "@/lib/cli/main";
import { dollarDeposit } from "@/lib/ledger/accounts";
import type { LineAnswer } from "@/lib/ledger/post-lines";
import { post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { type TestBank, testBank } from "@/lib/processes/test-bank";
import { allCanBeSealed } from "@/lib/processes/test-postgres";

let bank: TestBank;
let home: string;
beforeAll(async () => {
  bank = await testBank();
  home = mkdtempSync(join(tmpdir(), "granary-cli-"));
  vi.stubEnv("DATABASE_URL_READONLY", bank.database.urls.readonly);
  vi.stubEnv("DATABASE_URL_WORKER", bank.database.urls.worker);
  vi.stubEnv("GRANARY_HOME", home);
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  vi.unstubAllEnvs();
  await bank.close();
});

const run = (verb: string, args: string[] = [], options: Record<string, string> = {}) =>
  verbs[verb]!.run({ args, options, readJson: vi.fn(), readText: vi.fn(), readLines: vi.fn() });

describe("the ledger on the command line", () => {
  it("has a trial balance with a sum for each asset", async () => {
    const { profileId } = await bank.customer();
    await inTransaction(bank.app, (tx) =>
      post(tx, {
        key: "cli",
        event: "test",
        actor: { kind: "system", job: "test" },
        requestId: "cli",
        transfers: bringDollars({ profileId, amountMicros: 5_000_000n }),
      }),
    );
    const answer = await run("trial-balance");
    expect(answer).toMatchObject({
      balanced: true,
      sums: [{ asset: "USD", debitsMicros: 10_000_000n, creditsMicros: 10_000_000n }],
    });
    expect(verbs["trial-balance"]!.show!(answer as never)).toMatch(
      /total +USD .*\nowed: deposits 5.00 .*\nThe books balance\.$/,
    );
  });

  it("has a statement page by page, and the balance at a moment", async () => {
    const { profileId } = await bank.customer();
    for (const n of [1, 2, 3])
      await inTransaction(bank.app, (tx) =>
        post(tx, {
          key: `cli:statement:${n}`,
          event: "test",
          actor: { kind: "system", job: "test" },
          requestId: "cli",
          transfers: bringDollars({ profileId, amountMicros: 1_000_000n }),
        }),
      );
    const account = ["dollar_deposit", `profile:${profileId}`];
    const first = (await run("statement", account, { size: "2" })) as {
      lines: { balanceMicros: bigint }[];
      next: string;
    };
    expect(first).toMatchObject({ haveMicros: 3_000_000n, onHoldMicros: 0n, canUseMicros: 3_000_000n });
    expect(first.lines.map(({ balanceMicros }) => balanceMicros)).toEqual([3_000_000n, 2_000_000n]);
    expect(verbs.statement!.show!(first as never)).toMatch(/have 3.00, on hold 0.00, can use 3.00$/);
    const rest = await run("statement", account, { size: "2", before: first.next });
    expect(rest).toMatchObject({ lines: [{ balanceMicros: 1_000_000n }], next: undefined });
    await expect(run("statement", ["no_class"])).rejects.toThrow("takes a class");
    await expect(run("trial-balance", [], { at: "soon" })).rejects.toThrow("--at");
    expect(await run("trial-balance", [], { at: "2020-01-01" })).toMatchObject({
      balanced: true,
      at: "2020-01-01T00:00:00.000Z",
    });
  });

  it("verifies the sealed books, and ends with code 1 when they were touched", async () => {
    await allCanBeSealed(bank.worker);
    expect(
      await sealBooks({ ...bank.system, db: bank.worker }, { folder: join(home, "seals"), period: 1n }),
    ).toMatchObject({ batches: 1 });
    expect(await run("verify")).toMatchObject({
      what: "books",
      ok: true,
      seals: 1n,
      waiting: 0,
      findings: [],
    });
    // no chain is configured here
    expect(process.exitCode).toBe(3);
    const { owner } = bank;
    await owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only");
    await owner.execute('UPDATE ledger.event SET detail = \'{"forged": "yes"}\'');
    const answer = await run("verify");
    expect(answer).toMatchObject({ ok: false });
    const codes = (answer as { findings: { code: string }[] }).findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["batch_differs", "guard_off"]));
    expect(verbs.verify!.show!(answer as never)).toContain("(batch_differs)");
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    await owner.execute("UPDATE ledger.event SET detail = '{}'");
    await owner.execute("ALTER TABLE ledger.event ENABLE TRIGGER append_only");
    // a node that is not there
    vi.stubEnv("CHAIN_RPC_URL", "http://127.0.0.1:9");
    const alone = await run("verify");
    expect(alone).toMatchObject({ ok: true, chain: { compared: false } });
    expect(verbs.verify!.show!(alone as never)).toMatch(
      /^\d+ events, .*\nNOT compared with the chain: .+\.$/,
    );
    expect(process.exitCode).toBe(3);
    process.exitCode = undefined;
  });

  it("posts lines, and answers each with one, whatever stands in it", async () => {
    const { profileId } = await bank.customer();
    const own = `dollar_deposit profile:${profileId}`;
    const bring = (key: string, change = {}) =>
      JSON.stringify({
        key: `lines:${key}`,
        debit: "rail_clearing",
        credit: dollarDeposit(profileId),
        amount: "1",
        ...change,
      });
    const lines: [given: string | Buffer, answer: string][] = [
      [bring("1"), "posted"],
      [`${bring("2")}\r`, "posted"],
      ["{", "malformed"],
      ["", "malformed"],
      [bring("1"), "replayed"],
      [bring("1", { amount: "2" }), "key_conflict"],
      [Buffer.from(bring("ÿ", { subject: "ÿ" }), "latin1"), "malformed"],
      [bring("nul", { subject: "\u0000" }), "malformed"],
      [bring("unknown", { credit: "dollar_deposit profile:nobody" }), "account_unknown"],
      [bring("asset", { asset: "TOKEN" }), "asset_wrong"],
      [bring("number", { amount: 1 }), "amount_malformed"],
      [bring("digits", { amount: "9".repeat(39) }), "amount_too_large"],
      [bring("x".repeat(10_000)), "key_malformed"],
      [bring("year 0", { effectiveAt: "0000-01-01T00:00:00Z" }), "date_malformed"],
      [bring("year 9999", { effectiveAt: "9999-12-31T23:59:59Z" }), "date_out_of_range"],
      [bring("too long", { subject: "x".repeat(200_000) }), "malformed"],
      ...Array.from({ length: 2_500 }, (_, n): [string, string] => [bring(`many:${n}`), "posted"]),
      // without an end
      [bring("last"), "posted"],
    ];
    const bytes = Buffer.concat(
      lines.flatMap(([line], n) => [Buffer.from(line), Buffer.from(n < lines.length - 1 ? "\n" : "")]),
    );
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += 7_777) yield bytes.subarray(at, at + 7_777);
    };
    const answers = (await verbs.post!.run({
      args: [],
      options: {},
      readJson: vi.fn(),
      readText: vi.fn(),
      readLines: (most) => linesOf(chunks(), most),
    })) as AsyncIterable<LineAnswer>;
    const seen: LineAnswer[] = [];
    for await (const answer of answers) seen.push(answer);
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    expect(seen.map((one) => (one.outcome === "refused" ? one.code : one.outcome))).toEqual(
      lines.map(([, answer]) => answer),
    );
    expect(seen.map(({ line }) => line)).toEqual(lines.map((_, n) => n + 1));
    const posted = BigInt(lines.filter(([, answer]) => answer === "posted").length);
    expect(await run("statement", own.split(" "))).toMatchObject({ haveMicros: posted });
  });

  it("writes a batch and proofs that are verified without the bank", async () => {
    const out = join(home, "batch.jsonl");
    expect(await run("batch", ["1"], { out })).toMatchObject({ number: 1n, path: out });
    const anchor = join(home, "seals", "heads.jsonl");
    const heads = { anchor, file: out };
    const [proof, consistency] = [join(home, "proof.json"), join(home, "consistency.json")];
    writeFileSync(proof, toJson(await run("proof", ["cli"])));
    writeFileSync(consistency, toJson(await run("proof", [], { from: "1" })));
    vi.stubEnv("DATABASE_URL_WORKER", "postgres://nobody@127.0.0.1:1/none");
    for (const options of [heads, { proof }, { proof: consistency }])
      expect(await run("verify", [], options as never)).toMatchObject({ ok: true });
    expect(process.exitCode).toBeUndefined();
    writeFileSync(out, readFileSync(out, "utf8").replace("5000000", "5000001"));
    expect(await run("verify", [], heads)).toMatchObject({ ok: false, findings: [{ code: "root_differs" }] });
    writeFileSync(proof, readFileSync(proof, "utf8").replace("5000000", "5000001"));
    expect(await run("verify", [], { proof })).toMatchObject({ ok: false });
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    await expect(run("verify", [], { file: "nowhere" })).rejects.toThrow("--file takes");
    await expect(run("batch", ["x"])).rejects.toThrow("number of a seal");
  });
});
