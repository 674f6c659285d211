import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { type Hex, zeroHash } from "viem";
import type { Tx } from "@/db/client";
import { streamed } from "@/db/cursor";
import { epochBatch } from "@/db/schema/chain";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import type { Deployment } from "@/lib/chain/addresses";
import { clearParts, joinParts, openPart } from "@/lib/epochs/build/batch-file";
import { sealsFor } from "@/lib/epochs/build/prepared-seals";
import {
  type BalanceRow,
  type Bound,
  balancesQuery,
  feesIn,
  lastFinal,
  newestBound,
  payoutsIn,
  periodsOf,
  previousOf,
  reservesAt,
  rewardsIn,
  sealBound,
} from "@/lib/epochs/build/queries";
import {
  balanceLeaf,
  type ClassTotal,
  decodeManifest,
  encodeAccount,
  encodeManifest,
  encodePayout,
  type Manifest,
  manifestLeaf,
  taxLeaf,
} from "@/lib/epochs/format/batch";
import { classRules } from "@/lib/epochs/format/classes";
import { EntryTree, SumTree } from "@/lib/epochs/format/tree";
import { invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";

export type Batch = Omit<typeof epochBatch.$inferSelect, "builtAt">;

export type BuildResult =
  | { outcome: "built" | "known"; batch: Batch }
  /** the index does not know the last final epoch yet, or somebody else builds */
  | { outcome: "behind" | "under_way"; batch?: undefined };

export const oneBuildAtATime = 7_465_008;

/**
 * The batch of the epoch that follows `after`, out of one snapshot of the books: as far as they are sealed. What was built
 * for the same seal is taken, and its file made again if it is lost. Order of durable steps: the file, under its name once it is whole; the row. A crash between
 * them leaves a file that the next build writes over.
 */
export async function buildBatch(
  ctx: CommandContext,
  input: { deployment: Deployment; folder: string; after: { number: bigint; digest: Hex } },
): Promise<BuildResult> {
  requirePermission(ctx.actor, "epoch:propose");
  const { deployment, folder, after } = input;
  const { chainId } = deployment;
  return await ctx.db.transaction(
    async (tx) => {
      await unhurried(tx);
      const { rows: locked } = await tx.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${oneBuildAtATime}) AS mine`,
      );
      if (!locked[0]?.mine) return { outcome: "under_way" };
      const last = await lastFinal(tx, chainId);
      if ((last?.number ?? 0n) !== after.number || (last?.digest ?? zeroHash) !== after.digest)
        return { outcome: "behind" };
      invariant(!last || last.manifest !== undefined, "the books lead to a final epoch");
      const previous = await previousOf(tx, last);
      const bound = await newestBound(tx, deployment);
      // the index may not have begun, what was credited anew after a restore may still be missing, and whoever gets a batch
      // without what the last final proposal already spoke of refuses it
      const least = last?.proposedBlock ?? BigInt(deployment.deployedAtBlock);
      if (bound.seal < previous.seal || bound.block < previous.block || bound.block < least)
        return { outcome: "behind" };
      const number = after.number + 1n;
      const [known] = await tx
        .select()
        .from(epochBatch)
        .where(
          and(
            eq(epochBatch.chainId, chainId),
            eq(epochBatch.number, number),
            eq(epochBatch.seal, bound.seal),
            eq(epochBatch.isCanary, false),
          ),
        );
      const plan = { deployment, folder, number, previous, last: last?.manifest };
      if (known) {
        if (!existsSync(join(folder, known.file))) {
          const { block, blockHash } = decodeManifest(known.manifest);
          const again = await written(ctx, tx, { ...plan, bound: { ...bound, block, blockHash } });
          invariant(again.entriesRoot === known.entriesRoot, "a lost batch is made again as it was");
        }
        return { outcome: "known", batch: known };
      }
      const batch = await written(ctx, tx, { ...plan, bound });
      await tx.insert(epochBatch).values(batch);
      failpoint("epoch.batch-noted");
      return { outcome: "built", batch };
    },
    { isolationLevel: "repeatable read" },
  );
}

/** A large epoch takes longer than any statement of a page may. */
export async function unhurried(tx: Tx): Promise<void> {
  await tx.execute(sql`SET LOCAL statement_timeout = '10min'`);
  await tx.execute(sql`SET LOCAL idle_in_transaction_session_timeout = '10min'`);
  await tx.execute(sql`SET LOCAL work_mem = '256MB'`);
  // as many groups as accounts: a state for each at the same time takes longer than to sort
  await tx.execute(sql`SET LOCAL enable_hashagg = off`);
}

interface Plan {
  deployment: Deployment;
  folder: string;
  number: bigint;
  previous: Manifest["previous"];
  bound: Bound;
  last: Manifest | undefined;
}

async function written(ctx: CommandContext, tx: Tx, plan: Plan): Promise<Batch> {
  const { deployment, folder, number, previous, bound } = plan;
  const { chainId } = deployment;
  clearParts(folder);
  const file = `epoch-${number}-${bound.seal}.jsonl`;
  const [sealsPart, balancesPart] = [join(folder, `${file}.seals`), join(folder, `${file}.balances`)];
  const { rows } = await tx.execute<{ snapshot: string }>(sql`SELECT pg_export_snapshot() AS snapshot`);
  const snapshot = rows[0]?.snapshot as string;
  // the seals are read beside the balances, in the same snapshot: both take long
  const [tree, balances] = await Promise.all([
    ctx.db.transaction(
      async (beside) => {
        await beside.execute(sql.raw(`SET TRANSACTION SNAPSHOT '${snapshot}'`));
        await unhurried(beside);
        return await writeSeals(beside, sealsPart, { folder, from: previous.seal, to: bound.seal });
      },
      { isolationLevel: "repeatable read", accessMode: "read only" },
    ),
    writeBalances(tx, balancesPart, plan),
  ]);
  failpoint("epoch.parts-written");

  const blocks = { chainId, from: previous.block, to: bound.block };
  const payouts = await payoutsIn(tx, blocks);
  const sum = (level: "federalMicros" | "stateMicros" | "localMicros") =>
    payouts.reduce((total, payout) => total + payout[level], 0n);
  const manifest = encodeManifest({
    chainId: BigInt(chainId),
    epochManager: deployment.contracts.epochManager,
    bankId: await homeBank(tx),
    number,
    previous,
    seal: bound.seal,
    booksRoot: bound.booksRoot,
    block: bound.block,
    blockHash: bound.blockHash,
    periods: balances.periods,
    accounts: balances.accounts,
    payouts: BigInt(payouts.length),
    supplyMicros: balances.supplyMicros,
    liabilitiesRoot: balances.root,
    liabilitiesMicros: balances.liabilitiesMicros,
    classes: balances.classes,
    reserves: await reservesAt(tx, blocks),
    fees: await feesIn(tx, blocks),
    rewardsMicros: await rewardsIn(tx, blocks),
    withheld: {
      federalMicros: sum("federalMicros"),
      stateMicros: sum("stateMicros"),
      localMicros: sum("localMicros"),
    },
  });
  for (const payout of payouts) tree.add(taxLeaf(payout));
  tree.add(manifestLeaf(manifest));
  joinParts(join(folder, file), [
    { lines: [manifest] },
    sealsPart,
    { lines: payouts.map(encodePayout) },
    balancesPart,
  ]);
  failpoint("epoch.batch-written");
  for (const part of [sealsPart, balancesPart]) rmSync(part);
  return {
    chainId,
    number,
    seal: bound.seal,
    block: bound.block,
    booksRoot: bound.booksRoot,
    entriesRoot: `0x${tree.root().toString("hex")}`,
    entriesDigest: `0x${tree.digest().toString("hex")}`,
    liabilitiesRoot: balances.root,
    liabilitiesMicros: balances.liabilitiesMicros,
    manifest,
    file,
    isCanary: false,
  };
}

async function homeBank(tx: Tx): Promise<string> {
  const { rows } = await tx.execute<{ bank: string }>(sql`SELECT bank.home_bank() AS bank`);
  return rows[0]?.bank as string;
}

/** The seals' lines as they are, and the leaves of what their events moved. */
async function writeSeals(
  tx: Tx,
  path: string,
  seals: { folder: string; from: bigint; to: bigint },
): Promise<EntryTree> {
  const tree = new EntryTree();
  const part = openPart(path);
  try {
    for await (const { leaves, lines } of sealsFor(tx, seals)) {
      part.append(lines);
      for (let at = 0; at < leaves.length; ) {
        const from = at + 4;
        at = from + leaves.readUInt32BE(at);
        tree.add(leaves.subarray(from, at));
      }
    }
  } finally {
    part.close();
  }
  return tree;
}

interface Balances {
  periods: bigint[];
  accounts: bigint;
  root: Hex;
  liabilitiesMicros: bigint;
  supplyMicros: bigint;
  classes: ClassTotal[];
}

async function writeBalances(tx: Tx, path: string, { previous, bound, last }: Plan): Promise<Balances> {
  const periods = await periodsOf(tx, { from: previous.seal, to: bound.seal });
  const tree = new SumTree();
  const totals = new Map<string, ClassTotal>();
  let accounts = 0n;
  const part = openPart(path);
  try {
    const query =
      periods.length > 0 &&
      balancesQuery({
        fromXact: await sealBound(tx, previous.seal),
        toXact: bound.toXact,
        periods,
        previousPeriod: last?.periods.at(-1),
      });
    for await (const rows of query ? streamed<BalanceRow>(tx, "epoch_balances", query) : []) {
      part.write(rows.map((row) => counted(row, tree, totals)));
      accounts += BigInt(rows.length);
    }
  } finally {
    part.close();
  }
  const { hash, sum } = tree.root();
  return {
    periods,
    accounts,
    root: `0x${hash.toString("hex")}`,
    liabilitiesMicros: sum,
    supplyMicros: totals.get("USD token_supply")?.creditsMicros ?? 0n,
    classes: [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total),
  };
}

function counted(row: BalanceRow, tree: SumTree, totals: Map<string, ClassTotal>): string {
  const names = row.names.split(",");
  const closingMicros = BigInt(row.closing);
  if (closingMicros !== 0n) {
    const { asset } = row;
    const rule = classRules[row.class];
    invariant(rule, `a class ${row.class} counts somehow`);
    if (rule.counts === "deposit" || rule.counts === "holder")
      tree.add(balanceLeaf(names.at(-1) as string, asset, closingMicros), closingMicros);
    const key = `${asset} ${row.class}`;
    let total = totals.get(key);
    if (!total) {
      total = { asset, class: row.class, accounts: 0n, debitsMicros: 0n, creditsMicros: 0n };
      totals.set(key, total);
    }
    total.accounts += 1n;
    if ((rule.side === "debit") === closingMicros > 0n)
      total.debitsMicros += closingMicros > 0n ? closingMicros : -closingMicros;
    else total.creditsMicros += closingMicros > 0n ? closingMicros : -closingMicros;
  }
  return encodeAccount({
    asset: row.asset,
    class: row.class,
    names,
    previousName: row.previous,
    openingMicros: BigInt(row.opening),
    closingMicros,
  });
}
