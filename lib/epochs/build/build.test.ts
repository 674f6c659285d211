import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Hex } from "viem";
import { zeroHash } from "viem";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Tx } from "@/db/client";
import {
  block as blockTable,
  epochBatch,
  epoch as epochTable,
  fee as feeTable,
  payout as payoutTable,
} from "@/db/schema/chain";
import { inTransaction } from "@/db/transaction";
import { filesIn } from "@/lib/epochs/build/batch-file";
import { sealsFor } from "@/lib/epochs/build/prepared-seals";
import { booksLeadTo } from "@/lib/epochs/build/queries";
import { keptBatch, keptBytes } from "@/lib/epochs/build/read-batch";
import { type Batch, buildBatch } from "@/lib/epochs/commands/build-batch";
import { clearBatches } from "@/lib/epochs/commands/clear-batches";
import { prepareBatch } from "@/lib/epochs/commands/prepare-batch";
import {
  type AccountRow,
  balanceLeaf,
  decodeAccount,
  decodeManifest,
  decodePayout,
  entryLeaf,
  type Manifest,
  manifestLeaf,
  type PayoutRow,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { EntryTree, nodeHash, SumTree } from "@/lib/epochs/format/tree";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
import { onFailpoint } from "@/lib/failpoint";
import {
  dollarDeposit,
  feePot,
  rewardPool,
  suspense,
  tokenControl,
  tokenSupply,
} from "@/lib/ledger/accounts";
import { type Posting, post } from "@/lib/ledger/posting";
import { bringDollars } from "@/lib/ledger/recipes/bring-dollars";
import { payoutWithWithholding } from "@/lib/ledger/recipes/payout-with-withholding";
import { sealBooks } from "@/lib/ledger/seal/commands/seal-books";
import {
  decodeHeader,
  decodeLeaf,
  type EventLeaf,
  hashOfLine,
  sha256,
  toHex,
} from "@/lib/ledger/seal/format";
import { rootOf } from "@/lib/ledger/seal/merkle";
import { transfers } from "@/lib/ledger/transfer";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";

let bank: TestBank;
let home: string;
let last: { number: bigint; digest: Hex };
let height: bigint;
let made = 0;

let lastRead: Read;

beforeAll(async () => {
  bank = await testBank();
  home = mkdtempSync(join(tmpdir(), "granary-batches-"));
});
afterAll(async () => {
  await bank.close();
  rmSync(home, { recursive: true, force: true });
});
afterEach(() => onFailpoint(undefined));

const hashOf = (n: bigint): Hex => `0x${n.toString(16).padStart(64, "b")}`;
const folder = () => join(home, "epochs");
const ctx = () => ({ ...bank.system, db: bank.worker });
const write = (posting: Partial<Posting>) =>
  inTransaction(bank.worker, (tx) =>
    post(tx, { key: `batch-test:${++made}`, event: "test", actor: "test", requestId: "test", ...posting }),
  );
const move = (from: string, to: string, amountMicros: bigint) =>
  transfers({ debit: dollarDeposit(from), credit: dollarDeposit(to), amountMicros });

/** A block is credited with its entries, as the indexer does it. */
const credit = (posting?: Partial<Posting>, inBlock?: { fee?: bigint; payout?: PayoutRow }) =>
  inTransaction(bank.worker, async (tx) => {
    height += 1n;
    const place = {
      chainId: testDeployment.chainId,
      blockHash: hashOf(height),
      logIndex: 0,
      txHash: hashOf(height),
    };
    const at = new Date();
    const wallet = `0x${"aa".repeat(20)}` as const;
    await tx.insert(blockTable).values({
      chainId: testDeployment.chainId,
      number: height,
      hash: hashOf(height),
      parentHash: hashOf(height - 1n),
      at,
      isFinal: true,
    });
    if (inBlock?.fee)
      await tx.insert(feeTable).values({
        ...place,
        blockNumber: height,
        at,
        kind: "issuance",
        payer: wallet,
        amountMicros: inBlock.fee,
        ref: zeroHash,
      });
    const paid = inBlock?.payout;
    if (paid)
      await tx.insert(payoutTable).values({
        ...place,
        blockNumber: height,
        at,
        wallet,
        payer: wallet,
        operatorId: 1,
        grossMicros: paid.baseMicros + 5n,
        operatorFeeMicros: 5n,
        federalMicros: paid.federalMicros,
        stateMicros: paid.stateMicros,
        localMicros: paid.localMicros,
        netMicros: paid.baseMicros - paid.federalMicros - paid.stateMicros - paid.localMicros,
        rateClass: Number(paid.rateClass),
        ruleVersion: 1,
      });
    if (posting)
      await post(tx, {
        key: `batch-test:${++made}`,
        event: "test",
        actor: "test",
        requestId: "test",
        ...posting,
      });
  });

const build = () => buildBatch(ctx(), { deployment: testDeployment, folder: folder(), after: last });
const seal = (period: bigint) => sealBooks(ctx(), { folder: join(home, "seals"), period });
/** Sealed whole, and no transaction of another test's database in the way of the last block. */
async function built(period: bigint): Promise<Batch> {
  return await vi.waitFor(
    async () => {
      await seal(period);
      const { rows } = await bank.worker.execute<{ n: number; far: boolean }>(sql`
        SELECT (SELECT count(*)::int FROM ledger.event WHERE xact_id >=
            (SELECT coalesce(max(to_xact::text::bigint), 0)::text::xid8 FROM ledger.seal)) AS n,
          coalesce((SELECT max(xact_id::text::bigint) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            FROM chain.block), true) AS far`);
      expect(rows[0]).toEqual({ n: 0, far: true });
      const { batch } = await build();
      if (!batch) throw new Error("nothing was built");
      return batch;
    },
    { timeout: 20_000, interval: 50 },
  );
}
/** As the index writes it once the validators have signed. */
async function becomesFinal(batch: Batch): Promise<void> {
  const digest = hashOf(1_000n + batch.number);
  const content = Object.fromEntries(
    ["collected", "distributed", "carried", "supply", "market", "lendable"].map((one) => [
      `${one}Micros`,
      0n,
    ]),
  ) as Record<
    | "collectedMicros"
    | "distributedMicros"
    | "carriedMicros"
    | "supplyMicros"
    | "marketMicros"
    | "lendableMicros",
    bigint
  >;
  await bank.worker.insert(epochTable).values({
    ...content,
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
}

type Read = {
  manifest: Manifest;
  events: EventLeaf[];
  payouts: PayoutRow[];
  balances: AccountRow[];
};

/** Everything recomputed from the file and its manifest alone, by the format's own readers. */
async function whole(batch: Batch, previous?: Read): Promise<Read> {
  const lines: string[] = [];
  for await (const line of keptBatch({ db: bank.app, folder: folder() }, batch.entriesRoot)) lines.push(line);
  const against = { proposal: undefined, previous: undefined, chain: undefined };
  expect((await verifyEpoch(lines, against)).findings).toEqual([]);
  const manifest = decodeManifest(lines[0] as string);
  const entries = new EntryTree();
  const headers: string[] = [];
  const events: EventLeaf[] = [];
  const moved = new Map<string, bigint>();
  let at = 1;
  let period = 0;
  while (lines[at]?.startsWith('["granary.seal.1"')) {
    const header = decodeHeader(lines[at] as string);
    headers.push(lines[at] as string);
    period = manifest.periods.indexOf(header.period);
    const leaves = lines.slice(at + 1, at + 1 + Number(header.leafCount));
    expect(toHex(rootOf(sha256, leaves.map(hashOfLine)))).toBe(header.root);
    for (const line of leaves) {
      const leaf = decodeLeaf(line);
      if (leaf.kind !== "event") continue;
      events.push(leaf);
      const bytes = entryLeaf(leaf);
      if (bytes) entries.add(bytes);
      for (const one of leaf.lines) {
        if (one.kind !== "transfer") continue;
        for (const [account, sign] of [
          [one.debit, 1n],
          [one.credit, -1n],
        ] as const) {
          const key = `${period}:${account.alias}`;
          moved.set(key, (moved.get(key) ?? 0n) + sign * one.amountMicros);
        }
      }
    }
    at += 1 + leaves.length;
  }
  expect(BigInt(headers.length)).toBe(manifest.seal - manifest.previous.seal);
  const logged: Buffer[] = manifest.previous.log.map((hex) => Buffer.from(hex.slice(2), "hex"));
  if (logged.length > 0)
    expect(
      `0x${logged
        .toReversed()
        .reduce((right, left) => nodeHash(left, right))
        .toString("hex")}`,
    ).toBe(manifest.previous.booksRoot);
  else expect(`0x${toHex(rootOf(sha256, headers.map(hashOfLine)))}`).toBe(manifest.booksRoot);

  const payouts: PayoutRow[] = [];
  for (; lines[at]?.startsWith('["payout"'); at++) {
    const payout = decodePayout(lines[at] as string);
    payouts.push(payout);
    entries.add(taxLeaf(payout));
  }
  entries.add(manifestLeaf(lines[0] as string));
  expect(`0x${entries.root().toString("hex")}`).toBe(batch.entriesRoot);
  expect(`0x${entries.digest().toString("hex")}`).toBe(batch.entriesDigest);

  const balances = lines.slice(at).map(decodeAccount);
  expect(BigInt(balances.length)).toBe(manifest.accounts);
  const now = new SumTree();
  for (const row of balances) {
    const rule = classRules[row.class];
    const net = row.names.reduce((sum, name, i) => {
      const key = `${i}:${name}`;
      const of = moved.get(key) ?? 0n;
      moved.delete(key);
      return sum + of;
    }, 0n);
    expect(row.closingMicros - row.openingMicros, row.class).toBe(rule?.side === "debit" ? net : -net);
    if (row.closingMicros !== 0n && (rule?.counts === "deposit" || rule?.counts === "holder"))
      now.add(balanceLeaf(row.names.at(-1) as string, row.asset, row.closingMicros), row.closingMicros);
  }
  expect([...moved.keys()]).toEqual([]);
  const last = balances.map(({ names }) => names.at(-1) as string);
  expect(last).toEqual(last.toSorted());
  const { hash, sum } = now.root();
  expect([`0x${hash.toString("hex")}`, sum]).toEqual([manifest.liabilitiesRoot, manifest.liabilitiesMicros]);
  expect([batch.liabilitiesRoot, batch.liabilitiesMicros]).toEqual([manifest.liabilitiesRoot, sum]);

  const before = new SumTree();
  for (const row of balances
    .filter((one) => one.openingMicros !== 0n)
    .sort((a, b) => (a.previousName < b.previousName ? -1 : 1))) {
    const { counts } = classRules[row.class] ?? {};
    if (counts === "deposit" || counts === "holder")
      before.add(balanceLeaf(row.previousName, row.asset, row.openingMicros), row.openingMicros);
  }
  if (previous) {
    expect(`0x${before.root().hash.toString("hex")}`).toBe(previous.manifest.liabilitiesRoot);
    expect(manifest.previous).toMatchObject({
      digest: expect.stringMatching(/^0x/),
      booksRoot: previous.manifest.booksRoot,
      liabilitiesRoot: previous.manifest.liabilitiesRoot,
      liabilitiesMicros: previous.manifest.liabilitiesMicros,
      seal: previous.manifest.seal,
      block: previous.manifest.block,
    });
  } else expect(balances.every(({ openingMicros }) => openingMicros === 0n)).toBe(true);
  for (const asset of new Set(manifest.classes.map((one) => one.asset))) {
    const of = manifest.classes.filter((one) => one.asset === asset);
    const total = (side: "debitsMicros" | "creditsMicros") => of.reduce((all, one) => all + one[side], 0n);
    expect(total("debitsMicros"), asset).toBe(total("creditsMicros"));
  }
  return { manifest, events, payouts, balances };
}

it("writes what a reader of the format recomputes whole, links two epochs and replaces a proposal", {
  timeout: 60_000,
}, async () => {
  [last, height] = [{ number: 0n, digest: zeroHash }, 10n];
  const [a, b, c] = [
    (await bank.customer()).profileId,
    (await bank.customer()).profileId,
    (await bank.customer()).profileId,
  ];
  await write({ transfers: bringDollars({ profileId: a, amountMicros: 1_000n }) });
  await credit(
    {
      transfers: transfers(
        { debit: suspense, credit: tokenSupply, amountMicros: 507n },
        { debit: tokenControl, credit: rewardPool(1), amountMicros: 500n },
        { debit: tokenControl, credit: feePot, amountMicros: 7n },
      ),
    },
    { fee: 7n },
  );
  const one = await built(1n);
  const first = await whole(one);
  expect(first.manifest).toMatchObject({
    number: 1n,
    block: 11n,
    blockHash: hashOf(11n),
    periods: [1n],
    supplyMicros: 507n,
    liabilitiesMicros: 1_507n,
    fees: [{ kind: "issuance", amountMicros: 7n }],
    previous: { digest: zeroHash, seal: 0n, block: 0n, log: [] },
  });
  expect(await build()).toMatchObject({ outcome: "known", batch: { entriesRoot: one.entriesRoot } });
  rmSync(join(folder(), one.file));
  await expect(keptBytes({ db: bank.app, folder: folder() }, one.entriesRoot)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await build()).toMatchObject({ outcome: "known", batch: { entriesRoot: one.entriesRoot } });
  expect(await whole(one)).toEqual(first);

  // replaced: the same epoch anew, as far as the books have come
  await write({ transfers: move(a, b, 100n) });
  const again = await built(1n);
  expect(again.number).toBe(1n);
  expect(again.entriesRoot).not.toBe(one.entriesRoot);
  const second = await whole(again);
  await becomesFinal(again);

  // the next: a hold, a part of it posted, a refund, a correction, an account that is opened and emptied, a claim with tax
  const holds = move(a, b, 50n).map((each) => ({ ...each, expiresAt: new Date(Date.now() + 86_400_000) }));
  await write({ key: "batch-test:hold", holds });
  await seal(2n);
  await write({ ends: [{ hold: "batch-test:hold", seq: 1, as: "post", amountMicros: 20n }] });
  await write({ key: "batch-test:paid", transfers: move(a, b, 30n) });
  await write({ transfers: move(b, a, 30n), corrects: "batch-test:paid", isRefund: true });
  await write({ transfers: move(b, a, 1n), corrects: "batch-test:hold" });
  await write({ transfers: move(a, c, 9n) });
  await write({ transfers: move(c, a, 9n) });
  const payout = {
    id: 1n,
    baseMicros: 95n,
    rateClass: 0x2c0a06n,
    federalMicros: 20n,
    stateMicros: 4n,
    localMicros: 2n,
  };
  await credit(
    {
      transfers: payoutWithWithholding({
        holder: { wallet: `0x${"aa".repeat(20)}` },
        operatorId: 1,
        grossMicros: 100n,
        operatorFeeMicros: 5n,
        netMicros: 69n,
        withheld: [
          { jurisdiction: "US", amountMicros: 20n },
          { jurisdiction: "US-MD", amountMicros: 4n },
          { jurisdiction: "US-MD-24031", amountMicros: 2n },
        ],
      }),
    },
    { payout },
  );
  const two = await built(2n);
  const third = await whole(two, second);
  expect(third.payouts).toEqual([payout]);
  expect(third.manifest).toMatchObject({
    number: 2n,
    block: 12n,
    payouts: 1n,
    fees: [],
    withheld: { federalMicros: 20n, stateMicros: 4n, localMicros: 2n },
    previous: { digest: last.digest },
  });
  expect(third.events.filter(({ corrects }) => corrects !== undefined)).toHaveLength(2);
  expect(third.events.flatMap(({ lines }) => lines.map(({ kind }) => kind))).toContain("hold");
  const emptied = third.balances.filter((row) => row.class === "dollar_deposit" && row.closingMicros === 0n);
  expect(emptied).toMatchObject([{ openingMicros: 0n, previousName: "" }]);
  await becomesFinal(two);

  // nothing happened but a block: the seals end where they ended, and the account names stay
  await credit();
  const three = await built(3n);
  const fourth = await whole(three, third);
  expect(fourth.manifest).toMatchObject({
    seal: third.manifest.seal,
    periods: third.manifest.periods.slice(-1),
    block: 13n,
  });
  await becomesFinal(three);
  lastRead = fourth;
});

/** Something new, and all of it sealed. */
async function newlySealed(): Promise<void> {
  const { profileId } = await bank.customer();
  await write({ transfers: bringDollars({ profileId, amountMicros: 10n }) });
  await vi.waitFor(
    async () => {
      await seal(4n);
      const { rows } = await bank.worker.execute<{ n: number }>(sql`
        SELECT count(*)::int AS n FROM ledger.event WHERE xact_id >= (SELECT max(to_xact) FROM ledger.seal)`);
      expect(rows[0]?.n).toBe(0);
    },
    { timeout: 20_000, interval: 50 },
  );
}

it.each(["epoch.parts-written", "epoch.batch-written", "epoch.batch-noted"])(
  "is built anew after a crash at %s, whole and once",
  { timeout: 60_000 },
  async (point) => {
    await newlySealed();
    const notes = () => bank.worker.$count(epochBatch);
    const before = await notes();
    onFailpoint((name) => {
      if (name === point) throw new Error("the power is gone");
    });
    await expect(build()).rejects.toThrow("the power is gone");
    onFailpoint(undefined);
    expect(await notes()).toBe(before);
    const { batch, outcome } = await build();
    expect(outcome).toBe("built");
    await whole(batch as Batch, lastRead);
    expect(await notes()).toBe(before + 1);
    expect(readdirSync(folder()).filter((name) => !name.endsWith(".jsonl"))).toEqual(["seals"]);
  },
);

it("is one moment of the books, whatever is posted while it is built", { timeout: 60_000 }, async () => {
  const { profileId } = await bank.customer();
  let isOver = false;
  const posting = Array.from({ length: 4 }, async () => {
    while (!isOver) await write({ transfers: bringDollars({ profileId, amountMicros: 3n }) });
  });
  try {
    for (let round = 0; round < 3; round++) {
      await seal(4n);
      const { batch } = await build();
      await whole(batch as Batch, lastRead);
    }
  } finally {
    isOver = true;
    await Promise.all(posting);
  }
});

it("takes a seal as it was prepared, makes a lost or spoilt one anew, and says what the books say now", {
  timeout: 60_000,
}, async () => {
  const { profileId } = await bank.customer();
  const { eventId: id } = await write({ transfers: bringDollars({ profileId, amountMicros: 11n }) });
  const sealed = await built(4n);
  const place = { folder: folder(), from: sealed.seal - 1n, to: sealed.seal };
  const path = join(folder(), "seals", `${sealed.seal}.prepared`);
  const seals = async () => {
    const read = async (tx: Tx) => {
      for await (const { lines } of sealsFor(tx, place)) return lines.toString();
      return undefined;
    };
    return await bank.worker.transaction(read, { isolationLevel: "repeatable read" });
  };
  const honest = await seals();
  expect(honest).toContain(`["event","${id}",`);
  const prepare = () => prepareBatch(ctx(), { chainId: testDeployment.chainId, folder: folder() });
  rmSync(path);
  expect(await prepare()).toBe(1);
  expect(await prepare()).toBe(0);
  const kept = readFileSync(path);
  kept.writeUInt8(0x39, 200);
  writeFileSync(path, kept);
  expect(await seals()).toBe(honest);

  const strike = (place: string) =>
    inTransaction(bank.owner, async (tx) => {
      await tx.execute(sql`ALTER TABLE ledger.event DISABLE TRIGGER USER`);
      await tx.execute(
        sql`UPDATE ledger.event SET xact_id = ${place}::xid8 WHERE id = ${id.toString()}::bigint`,
      );
      await tx.execute(sql`ALTER TABLE ledger.event ENABLE TRIGGER USER`);
    });
  const { rows } = await bank.worker.execute<{ xact: string }>(
    sql`SELECT xact_id::text AS xact FROM ledger.event WHERE id = ${id.toString()}::bigint`,
  );
  await strike("9000000000");
  try {
    expect(await seals()).not.toContain(`["event","${id}",`);
    rmSync(path);
    expect(await prepare()).toBe(1);
    expect(existsSync(path)).toBe(false);
  } finally {
    await strike(rows[0]?.xact as string);
  }
  expect(await seals()).toBe(honest);
  expect(existsSync(path)).toBe(true);
});

it("comes no further on the chain than its seals, and counts payouts over the life of the bank", {
  timeout: 60_000,
}, async () => {
  await newlySealed();
  const { profileId } = await bank.customer();
  const payout = {
    id: 2n,
    baseMicros: 0n,
    rateClass: 0n,
    federalMicros: 0n,
    stateMicros: 0n,
    localMicros: 0n,
  };
  await credit({ transfers: bringDollars({ profileId, amountMicros: 1n }) }, { payout });
  const { batch } = await build();
  expect(batch?.block).toBeLessThan(height);
  expect((await whole(batch as Batch, lastRead)).payouts).toEqual([]);
  const sealed = await built(4n);
  expect(sealed.block).toBe(height);
  expect((await whole(sealed, lastRead)).payouts).toEqual([payout]);
});

it("keeps the file of the last final epoch and of those a bond answers for, and clears the others", async () => {
  await bank.worker.execute(sql`UPDATE chain.epoch SET final_at = bank.now() - interval '2 minutes'`);
  const clear = (slashableSeconds: number) =>
    clearBatches(ctx(), { chainId: testDeployment.chainId, folder: folder(), slashableSeconds });
  const kept = () =>
    [...filesIn(folder())]
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => Number(name.split("-")[1]))
      .sort((a, b) => a - b);
  const before = kept();
  const open = before.filter((number) => BigInt(number) > last.number);
  const final = [...new Set(before)].filter((number) => BigInt(number) <= last.number);
  expect(before.length).toBeGreaterThan(open.length + final.length);
  await clear(600);
  expect(kept()).toEqual([...final, ...open]);
  await clear(60);
  expect(kept()).toEqual([Number(last.number), ...open]);
  expect(await clear(60)).toBe(0);
});

it("waits for the index, which must know the epoch that it follows", async () => {
  const after = { number: last.number + 1n, digest: hashOf(7n) };
  expect(await buildBatch(ctx(), { deployment: testDeployment, folder: folder(), after })).toEqual({
    outcome: "behind",
  });
});

it("goes on from the last epoch that the books lead to, once they were taken back behind a signed one", async () => {
  const signed = await built(4n);
  await becomesFinal({
    ...signed,
    booksRoot: hashOf(3n),
    entriesRoot: hashOf(4n),
  });
  expect(await booksLeadTo(bank.worker, testDeployment.chainId)).toEqual({ last: 4n, to: 3n });
  const next = await built(5n);
  expect(next.number).toBe(5n);
  const { manifest } = await whole(next, lastRead);
  expect(manifest.previous).toMatchObject({
    digest: last.digest,
    seal: lastRead.manifest.seal,
    booksRoot: lastRead.manifest.booksRoot,
    block: lastRead.manifest.block,
  });
});
