import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Hex, zeroHash } from "viem";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { block as blockTable, epoch as epochTable } from "@/db/schema/chain";
import { inTransaction } from "@/db/transaction";
import { buildBatch } from "@/lib/epochs/commands/build-batch";
import { keepPaths } from "@/lib/epochs/commands/keep-paths";
import { ownInclusion } from "@/lib/epochs/proofs/queries";
import { type CheckedLine, checkInclusion, type InclusionDocument } from "@/lib/epochs/verify/inclusion";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import { transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";

let bank: TestBank;
let home: string;
let made = 0;
let last: { number: bigint; digest: Hex } = { number: 0n, digest: zeroHash };
const signed = new Map<string, { entriesRoot: Hex; liabilitiesRoot: Hex; liabilities: bigint }>();

beforeAll(async () => {
  bank = await testBank();
  home = mkdtempSync(join(tmpdir(), "granary-inclusion-"));
});
afterAll(async () => {
  await bank.close();
  rmSync(home, { recursive: true, force: true });
});

const folder = () => join(home, "epochs");
const hashOf = (n: bigint): Hex => `0x${n.toString(16).padStart(64, "c")}`;
const ctx = () => ({ ...bank.system, db: bank.worker });
const book = (event: string, moved: ReturnType<typeof transfers>) =>
  inTransaction(bank.worker, (tx) =>
    post(tx, { key: `inclusion:${++made}`, event, actor: "test", requestId: "test", transfers: moved }),
  );

/** Everything up to now in an epoch that is final, as the index writes it. */
async function epochIsFinal(): Promise<void> {
  const height = 10n + last.number;
  await bank.worker.insert(blockTable).values({
    chainId: testDeployment.chainId,
    number: height,
    hash: hashOf(height),
    parentHash: hashOf(height - 1n),
    at: new Date(),
    isFinal: true,
  });
  const batch = await vi.waitFor(
    async () => {
      await sealBooks(ctx(), { folder: join(home, "seals"), period: last.number + 1n });
      const { rows } = await bank.worker.execute<{ n: number }>(sql`
        SELECT count(*)::int AS n FROM ledger.event WHERE xact_id >=
          (SELECT coalesce(max(to_xact::text::bigint), 0)::text::xid8 FROM ledger.seal)`);
      expect(rows[0]?.n).toBe(0);
      const built = await buildBatch(ctx(), { deployment: testDeployment, folder: folder(), after: last });
      if (!built.batch) throw new Error(built.outcome);
      return built.batch;
    },
    { timeout: 20_000, interval: 50 },
  );
  const digest = hashOf(1_000n + batch.number);
  const nothing = { collectedMicros: 0n, distributedMicros: 0n, carriedMicros: 0n, supplyMicros: 0n };
  await bank.worker.insert(epochTable).values({
    ...nothing,
    marketMicros: 0n,
    lendableMicros: 0n,
    chainId: testDeployment.chainId,
    number: batch.number,
    digest,
    state: "final",
    dataDigest: zeroHash,
    booksRoot: batch.booksRoot,
    entriesRoot: batch.entriesRoot,
    liabilitiesRoot: batch.liabilitiesRoot,
    liabilitiesMicros: batch.liabilitiesMicros,
    previousDigest: last.digest,
    parentBlockHash: zeroHash,
    proposedAt: new Date(),
    proposedBlock: height,
    proposedTx: zeroHash,
    finalAt: new Date(),
    finalBlock: height,
    finalTx: zeroHash,
  });
  last = { number: batch.number, digest };
  signed.set(`${batch.number}`, { ...batch, liabilities: batch.liabilitiesMicros });
}

async function checked(document: InclusionDocument): Promise<CheckedLine[]> {
  const lines: CheckedLine[] = [];
  for await (const line of checkInclusion(document, (epoch) => signed.get(epoch))) lines.push(line);
  return lines;
}

it("gives each customer the way of their own balances and receipts to the roots, and of nobody else's", {
  timeout: 60_000,
}, async () => {
  const [ada, ben, carl] = [await bank.customer(), await bank.customer(), await bank.customer()];
  const of = (actor: Parameters<typeof ownInclusion>[0]) =>
    ownInclusion(actor, { db: bank.app, folder: folder() });
  expect(await of(ada)).toBeUndefined();
  await book("bring-dollars", bringDollars({ profileId: ada.profileId, amountMicros: 5_000_000n }));
  await book("bring-dollars", bringDollars({ profileId: ben.profileId, amountMicros: 7_000_000n }));
  await epochIsFinal();
  expect(await of(ada), "the paths are not there yet").toBeUndefined();
  expect(await keepPaths(ctx(), { folder: folder() })).toEqual({ made: [1n], removed: 0 });

  const first = await of(ada);
  expect(first?.balances).toMatchObject([
    { class: "dollar_deposit", micros: 5_000_000n, nowMicros: 5_000_000n },
  ]);
  expect(first?.isMoving).toBe(false);
  const document = first?.document as InclusionDocument;
  expect((await checked(document)).map(({ kind, outcome, sums }) => [kind, outcome, sums])).toEqual([
    ["balance", "proved", [{ asset: "USD", micros: 5_000_000n }]],
    ["entry", "proved", [{ asset: "USD", micros: 5_000_000n }]],
  ]);
  expect(JSON.stringify(document)).not.toContain(ben.profileId);
  expect(JSON.stringify(document)).not.toContain(ada.profileId);

  await book(
    "gift",
    transfers({
      debit: dollarDeposit(ben.profileId),
      credit: dollarDeposit(ada.profileId),
      amountMicros: 1_000_000n,
    }),
  );
  const moving = await of(ada);
  expect(moving).toMatchObject({
    isMoving: true,
    balances: [{ micros: 5_000_000n, nowMicros: 6_000_000n }],
    document: { receipts: [{ event: "bring-dollars" }] },
  });
  await epochIsFinal();
  await keepPaths(ctx(), { folder: folder() });

  // the batches themselves are cleared away some day: what was taken out of them proves without them
  for (const name of readdirSync(folder())) if (name.endsWith(".jsonl")) rmSync(join(folder(), name));
  const [adas, bens, carls] = [await of(ada), await of(ben), await of(carl)];
  for (const [own, expected] of [
    [adas, [6_000_000n, 1_000_000n, 5_000_000n]],
    [bens, [6_000_000n, -1_000_000n, 7_000_000n]],
  ] as const) {
    const lines = await checked(own?.document as InclusionDocument);
    expect(lines.map(({ outcome }) => outcome)).toEqual(["proved", "proved", "proved"]);
    expect(lines.map(({ sums }) => sums[0]?.micros)).toEqual([...expected]);
    expect(own?.epoch.number).toBe(2n);
  }
  expect(carls?.document).toMatchObject({ balances: [], receipts: [] });
  const namesIn = ({ balances, receipts }: InclusionDocument) => [
    ...balances.map(({ proof }) => proof.name),
    ...receipts.flatMap(({ names }) => names),
  ];
  const others = new Set(namesIn(bens?.document as InclusionDocument));
  expect(namesIn(adas?.document as InclusionDocument).filter((name) => others.has(name))).toEqual([]);

  await expect(of({ kind: "anonymous" })).rejects.toMatchObject({ code: "sign_in_required" });
  await expect(of(await bank.staff("compliance"))).rejects.toMatchObject({ code: "not_allowed" });

  // nothing is left of what there is no room for, but the newest
  expect(await keepPaths(ctx(), { folder: folder(), mostBytes: 1 })).toEqual({ made: [], removed: 1 });
  expect((await of(ada))?.document.receipts.map(({ epoch }) => epoch)).toEqual(["2"]);
});

it("names nobody's account to whom it does not belong, and keeps the salt", async () => {
  const ada = await bank.customer();
  const { rows } = await bank.app.execute(
    sql`SELECT * FROM ledger.account_names(${ada.profileId}, '{1,2,3}'::bigint[])`,
  );
  const own = await bank.app.execute(sql`SELECT id FROM ledger.account WHERE profile_id = ${ada.profileId}`);
  expect(rows.length).toBe(own.rows.length * 2);
  await expect(bank.app.execute(sql`SELECT * FROM ledger.seal_salt`)).rejects.toThrow();
});
