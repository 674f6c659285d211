import { and, asc, between, desc, eq, gt, gte, inArray, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import { type Db, dbFor, type Executor } from "@/db/client";
import {
  epoch as epochTable,
  fee as feeTable,
  log as logTable,
  payoutLine,
  payout as payoutTable,
  reward as rewardTable,
  stakeEvent,
} from "@/db/schema/chain";
import { person as personTable, profile as profileTable, wallet as walletTable } from "@/db/schema/customers";
import type { Actor } from "@/lib/auth/actor";
import { payoutSplitterAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import type { FeeKind } from "@/lib/chain/facts";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";
import { AppError } from "@/lib/errors";
import { totalOf } from "@/lib/ledger/queries";
import { sealOf } from "@/lib/ledger/seal/queries";
import { type Accrual, openAccrual, takeIn } from "@/lib/rewards/accrual";
import {
  accrualEvents,
  accrualFactsFrom,
  blockOfPlace,
  placeInChain,
  secondsOf,
} from "@/lib/rewards/accrual-facts";
import { type Comparison, comparePayouts } from "@/lib/rewards/compare";
import { type Earned, explainPayouts, type PayoutExplained } from "@/lib/rewards/explain";
import { type PayoutLine, payoutLines } from "@/lib/rewards/payout-lines";
import { type SourcesAndUses, sourcesAndUses } from "@/lib/rewards/sources-and-uses";
import { stakeOverview } from "@/lib/staking/queries";
import { bankTime } from "@/lib/state-profile/queries";
import { packRateClass, splitPayout } from "@/lib/tax/split-payout";
import type { WithholdingCase } from "@/lib/tax/withholding";

/** A holder's tax case from residence and election, as withholding reads it; undefined while they are not known. */
export async function withholdingCaseOf(
  db: Executor,
  input: { profileId: string | undefined; at: Date },
): Promise<WithholdingCase | undefined> {
  if (!input.profileId) return undefined;
  const [row] = await db
    .select({
      residenceState: personTable.residenceState,
      countyFips: personTable.countyFips,
      locality: personTable.locality,
      election: profileTable.election,
    })
    .from(profileTable)
    .innerJoin(personTable, eq(personTable.id, profileTable.personId))
    .where(eq(profileTable.id, input.profileId));
  if (!row?.residenceState || !row.countyFips) return undefined;
  const { residenceState, countyFips } = row;
  return withholdingCaseFrom({ ...row, residenceState, countyFips, at: input.at });
}

export interface RewardRow {
  id: string;
  at: Date;
  txHash: Hex;
  wallet: Address;
  operatorId: number;
  epochNumber: bigint | null;
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  netMicros: bigint;
  rateClass: number;
  ruleVersion: number;
  lines: PayoutLine[];
}

export interface RewardHistory {
  rows: RewardRow[];
  /** names the next page */
  before: string | undefined;
  totals: {
    grossMicros: bigint;
    operatorFeeMicros: bigint;
    federalMicros: bigint;
    stateMicros: bigint;
    localMicros: bigint;
    netMicros: bigint;
  };
}

const pageSize = 20;

function ownProfile(actor: Actor): string {
  if (actor.kind !== "customer") throw new AppError("sign_in_required");
  return actor.profileId;
}

const pageAfter = (last: PayoutRow | undefined) => last && `${last.blockNumber}-${last.logIndex}`;

/** By place in the chain, because two payouts of one transaction bear the same time. */
function olderThan(page: string | undefined) {
  const [, block, index] = /^(\d{1,15})-(\d{1,6})$/.exec(page ?? "") ?? [];
  if (block === undefined) return [];
  return [sql`(${payoutTable.blockNumber}, ${payoutTable.logIndex}) < (${block}::bigint, ${index}::integer)`];
}

/** One's payouts, newest first, each with its three tax lines; totals over all of them. */
export async function rewardHistory(
  actor: Actor,
  page: { before?: string | undefined } = {},
  db: Executor = dbFor("app"),
): Promise<RewardHistory> {
  const own = and(
    eq(payoutTable.profileId, ownProfile(actor)),
    eq(payoutTable.chainId, deployment().chainId),
  );
  const sum = (column: typeof payoutTable.grossMicros) => sql<string>`coalesce(sum(${column}), 0)`;
  const [rows, [totals]] = await Promise.all([
    db
      .select()
      .from(payoutTable)
      .where(and(own, ...olderThan(page.before)))
      .orderBy(desc(payoutTable.blockNumber), desc(payoutTable.logIndex))
      .limit(pageSize + 1),
    db
      .select({
        gross: sum(payoutTable.grossMicros),
        fee: sum(payoutTable.operatorFeeMicros),
        federal: sum(payoutTable.federalMicros),
        state: sum(payoutTable.stateMicros),
        local: sum(payoutTable.localMicros),
        net: sum(payoutTable.netMicros),
      })
      .from(payoutTable)
      .where(own),
  ]);
  const shown = rows.slice(0, pageSize);
  const lines =
    shown.length === 0
      ? []
      : await db
          .select()
          .from(payoutLine)
          .where(
            inArray(
              payoutLine.payoutId,
              shown.map((row) => row.id),
            ),
          )
          .orderBy(payoutLine.seq);
  return {
    rows: shown.map((row) => ({ ...row, lines: lines.filter((line) => line.payoutId === row.id) })),
    before: rows.length > pageSize ? pageAfter(shown.at(-1)) : undefined,
    totals: {
      grossMicros: BigInt(totals?.gross ?? 0),
      operatorFeeMicros: BigInt(totals?.fee ?? 0),
      federalMicros: BigInt(totals?.federal ?? 0),
      stateMicros: BigInt(totals?.state ?? 0),
      localMicros: BigInt(totals?.local ?? 0),
      netMicros: BigInt(totals?.net ?? 0),
    },
  };
}

/** The years on the bank's calendar in which one was paid, newest first. */
export async function rewardYears(
  actor: Actor,
  timeZone: string,
  db: Executor = dbFor("app"),
): Promise<number[]> {
  const { rows } = await db.execute<{ year: number }>(sql`
    select distinct extract(year from ${payoutTable.at} at time zone ${timeZone})::int as year
    from ${payoutTable}
    where ${payoutTable.profileId} = ${ownProfile(actor)} and ${payoutTable.chainId} = ${deployment().chainId}
    order by year desc`);
  return rows.map(({ year }) => year);
}

/** How often one was paid, and how much in all. */
export async function rewardTotals(
  actor: Actor,
  db: Executor = dbFor("app"),
): Promise<{ payouts: number; netMicros: bigint }> {
  const [row] = await db
    .select({
      payouts: sql<number>`count(*)::int`,
      net: sql<string>`coalesce(sum(${payoutTable.netMicros}), 0)`,
    })
    .from(payoutTable)
    .where(and(eq(payoutTable.profileId, ownProfile(actor)), eq(payoutTable.chainId, deployment().chainId)));
  return { payouts: row?.payouts ?? 0, netMicros: BigInt(row?.net ?? 0) };
}

export interface RewardNow {
  /** accrued and not yet claimed */
  grossMicros: bigint;
  operatorFeeMicros: bigint;
  netMicros: bigint;
  lines: PayoutLine[];
  rateClass: number;
  nextPayoutAt: Date;
  /** what would be claimable per operator */
  byOperator: { operatorId: number; operatorName: string; grossMicros: bigint; operatorFeeMicros: bigint }[];
}

/** What one has earned so far, split as the chain would split it now, with the reason for each line. */
export async function rewardNow(actor: Actor, db: Executor = dbFor("app")): Promise<RewardNow> {
  const profileId = ownProfile(actor);
  const overview = await stakeOverview(actor);
  const { earnedGrossMicros: grossMicros, earnedFeeMicros: operatorFeeMicros } = overview;
  const quoteOf = (gross: bigint, fee: bigint) =>
    publicClient().readContract({
      address: deployment().contracts.payoutSplitter,
      abi: payoutSplitterAbi,
      functionName: "quote",
      args: [overview.wallet, gross, fee],
    });
  // a whole dollar times two hundred shows the class itself: its three rates in half points
  const [[federalMicros, stateMicros, localMicros, netMicros], [federal, state, local]] = await Promise.all([
    quoteOf(grossMicros, operatorFeeMicros),
    quoteOf(200n, 0n),
  ]);
  const rateClass = packRateClass({
    federal: Number(federal),
    state: Number(state),
    local: Number(local),
  });
  const holder = await withholdingCaseOf(db, { profileId, at: overview.asOf });
  return {
    grossMicros,
    operatorFeeMicros,
    netMicros,
    lines: payoutLines(
      { rateClass, ruleVersion: 0, federalMicros, stateMicros, localMicros, at: overview.asOf },
      holder,
    ),
    rateClass,
    nextPayoutAt: overview.nextPayoutAt,
    byOperator: overview.positions.map((p) => ({
      operatorId: p.operatorId,
      operatorName: p.operatorName,
      grossMicros: p.claimableGrossMicros,
      operatorFeeMicros: p.claimableFeeMicros,
    })),
  };
}

/** Taken in so far, a connection: facts of final blocks never change, so each is read once. */
const takenIn = new WeakMap<Executor, Accrual>();

/** All operators' indices as far as final blocks go. Read it after the payouts it is to explain. */
export async function accrualNow(db: Executor = dbFor("app")): Promise<Accrual> {
  const { chainId, epochSeconds } = deployment();
  const accrual = takenIn.get(db) ?? openAccrual(epochSeconds);
  takenIn.set(db, accrual);
  const logs = await db
    .select({
      event: logTable.event,
      blockNumber: logTable.blockNumber,
      logIndex: logTable.logIndex,
      at: logTable.at,
      args: logTable.args,
    })
    .from(logTable)
    .where(
      and(
        eq(logTable.chainId, chainId),
        inArray(logTable.event, [...accrualEvents]),
        gt(logTable.blockNumber, blockOfPlace(accrual.place)),
        isNotNull(logTable.settledAt),
      ),
    )
    .orderBy(asc(logTable.blockNumber), asc(logTable.logIndex));
  // another look may have taken them in while these were on their way
  for (const fact of accrualFactsFrom(logs)) if (fact.place > accrual.place) takeIn(accrual, fact);
  return accrual;
}

type PayoutRow = typeof payoutTable.$inferSelect;
type Pair = { wallet: Address; operatorId: number };

const pairKey = ({ wallet, operatorId }: Pair) => `${wallet}:${operatorId}`;

/** Every payout of these rows taken apart, and what has added up since; a pair is one wallet with one operator. */
async function explainRows(
  db: Executor,
  input: { rows: readonly PayoutRow[]; pairs: readonly Pair[]; nowAt: number },
) {
  const wallets = [...new Set(input.pairs.map(({ wallet }) => wallet))];
  const { chainId } = deployment();
  const scheduled =
    wallets.length === 0
      ? []
      : await db
          .select({ args: logTable.args })
          .from(logTable)
          .where(
            and(
              eq(logTable.chainId, chainId),
              eq(logTable.event, "RateClassScheduled"),
              isNotNull(logTable.settledAt),
              inArray(sql<string>`${logTable.args} ->> 'wallet'`, wallets),
            ),
          );
  const accrual = await accrualNow(db);
  const byId = new Map<string, PayoutExplained>();
  const open: Earned[] = [];
  for (const pair of input.pairs) {
    const rows = input.rows
      .filter((row) => pairKey(row) === pairKey(pair))
      .toSorted((a, b) => placeInChain(a) - placeInChain(b));
    const told = explainPayouts(accrual, {
      ...pair,
      payouts: rows.map((row) => ({ ...row, place: placeInChain(row), at: secondsOf(row.at) })),
      classChanges: scheduled
        .filter(({ args }) => args.wallet === pair.wallet)
        .map(({ args }) => Number(args.fromEpoch)),
      nowAt: input.nowAt,
    });
    for (const [i, row] of rows.entries()) byId.set(row.id, told.payouts[i] as PayoutExplained);
    open.push(told.open);
  }
  return { accrual, byId, open };
}

/** Whether what was paid is what the facts say, in gross, fee and each tax line. */
function recomputed(row: PayoutRow, explained: PayoutExplained) {
  const { grossMicros, operatorFeeMicros } = explained;
  const split = splitPayout({ grossMicros, operatorFeeMicros, rateClass: row.rateClass });
  const agrees =
    explained.agrees &&
    split.federalMicros === row.federalMicros &&
    split.stateMicros === row.stateMicros &&
    split.localMicros === row.localMicros &&
    split.netMicros === row.netMicros;
  return { ...split, grossMicros, operatorFeeMicros, agrees };
}

/** Payouts that came from stake; other payers come with their own arithmetic. */
const fromStake = () => eq(payoutTable.payer, deployment().contracts.staking.toLowerCase() as Address);

export interface SourceEpoch {
  number: number;
  finalAt: Date;
  distributedMicros: bigint;
  collectedMicros: bigint;
  carriedMicros: bigint;
  fees: { kind: FeeKind; micros: bigint }[];
  /** this operator's part, by stake among those that signed */
  operatorGrossMicros: bigint;
  operatorStakeMicros: bigint;
  signersStakeMicros: bigint;
  signed: boolean;
}

export interface RewardExplained {
  row: PayoutRow & { lines: PayoutLine[] };
  explained: PayoutExplained;
  recomputed: ReturnType<typeof recomputed>;
  previous: { id: string; at: Date; netMicros: bigint; comparison: Comparison } | undefined;
  sources: Map<number, SourceEpoch>;
  /** its number in the sealed books; undefined until it is sealed */
  sealNumber: bigint | undefined;
}

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** One of one's own payouts, recomputed from the chain's records, beside the one before it with the same operator. */
export async function rewardExplained(
  actor: Actor,
  id: string,
  db: Executor = dbFor("app"),
): Promise<RewardExplained | undefined> {
  const profileId = ownProfile(actor);
  const { chainId, epochSeconds } = deployment();
  if (!isId(id)) return undefined;
  const [row] = await db
    .select()
    .from(payoutTable)
    .where(
      and(
        eq(payoutTable.id, id),
        eq(payoutTable.profileId, profileId),
        eq(payoutTable.chainId, chainId),
        fromStake(),
      ),
    );
  if (!row) return undefined;
  const [rows, lines] = await Promise.all([
    db
      .select()
      .from(payoutTable)
      .where(
        and(
          eq(payoutTable.wallet, row.wallet),
          eq(payoutTable.operatorId, row.operatorId),
          eq(payoutTable.chainId, chainId),
          fromStake(),
        ),
      )
      .orderBy(asc(payoutTable.blockNumber), asc(payoutTable.logIndex)),
    db.select().from(payoutLine).where(eq(payoutLine.payoutId, id)).orderBy(payoutLine.seq),
  ]);
  const { accrual, byId } = await explainRows(db, { rows, pairs: [row], nowAt: secondsOf(row.at) });
  const explained = byId.get(row.id) as PayoutExplained;
  const before = rows[rows.findIndex((one) => one.id === row.id) - 1];
  const comparedOf = (one: PayoutRow) => ({ ...one, earned: byId.get(one.id) as PayoutExplained });
  return {
    row: { ...row, lines },
    explained,
    recomputed: recomputed(row, explained),
    previous: before && {
      id: before.id,
      at: before.at,
      netMicros: before.netMicros,
      comparison: comparePayouts(comparedOf(before), comparedOf(row), {
        epochs: accrual.epochs,
        dripSeconds: epochSeconds,
      }),
    },
    sources: await sourceEpochs(db, accrual, explained),
    sealNumber: await sealOf(db, `payout:${row.chainId}:${row.txHash}:${row.logIndex}`),
  };
}

/** Where the money of each stretch came from: the fees of the epoch before it. */
async function sourceEpochs(db: Executor, accrual: Accrual, earned: Earned) {
  const { chainId } = deployment();
  const numbers = [...new Set(earned.stretches.map(({ epoch }) => epoch - 1))];
  const sources = new Map<number, SourceEpoch>();
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return sources;
  const [epochs, fees] = await Promise.all([
    db
      .select()
      .from(epochTable)
      .where(
        and(
          eq(epochTable.chainId, chainId),
          eq(epochTable.state, "final"),
          gte(epochTable.number, BigInt(first)),
          lte(epochTable.number, BigInt(last)),
        ),
      ),
    db
      .select({
        epoch: feeTable.epochNumber,
        kind: feeTable.kind,
        micros: sql<string>`sum(${feeTable.amountMicros})`,
      })
      .from(feeTable)
      .where(
        and(
          eq(feeTable.chainId, chainId),
          gte(feeTable.epochNumber, BigInt(first)),
          lte(feeTable.epochNumber, BigInt(last)),
        ),
      )
      .groupBy(feeTable.epochNumber, feeTable.kind)
      .orderBy(feeTable.kind),
  ]);
  for (const row of epochs) {
    const final = accrual.epochs.get(Number(row.number));
    if (!final) continue;
    const stakeOf = (operatorId: number) => final.assets.get(operatorId) ?? 0n;
    sources.set(final.epoch, {
      number: final.epoch,
      finalAt: new Date(final.at * 1000),
      distributedMicros: final.distributedMicros,
      collectedMicros: row.collectedMicros,
      carriedMicros: row.carriedMicros,
      fees: fees
        .filter(({ epoch }) => epoch === row.number)
        .map(({ kind, micros }) => ({ kind, micros: BigInt(micros) })),
      operatorGrossMicros: final.grossOf.get(earned.operatorId) ?? 0n,
      operatorStakeMicros: stakeOf(earned.operatorId),
      signersStakeMicros: final.signers.reduce((sum, id) => sum + stakeOf(id), 0n),
      signed: final.signers.includes(earned.operatorId),
    });
  }
  return sources;
}

export interface EpochReward {
  epoch: number;
  /** the last moment of it that counts here */
  at: Date;
  /** one's own part before fee and tax, in 1e-18 of a micro, exact */
  attos: bigint;
}

/** What one earned in each epoch so far, paid or not, in the order of time. */
export async function rewardsByEpoch(
  actor: Actor,
  db: Executor = dbFor("app"),
): Promise<{ epochs: EpochReward[]; paid: { at: Date; netMicros: bigint }[] }> {
  const profileId = ownProfile(actor);
  const { chainId } = deployment();
  const rows = await db
    .select()
    .from(payoutTable)
    .where(and(eq(payoutTable.profileId, profileId), eq(payoutTable.chainId, chainId), fromStake()));
  const own = await db
    .selectDistinct({ wallet: stakeEvent.wallet, operatorId: stakeEvent.operatorId })
    .from(stakeEvent)
    .innerJoin(walletTable, eq(walletTable.address, stakeEvent.wallet))
    .where(and(eq(walletTable.profileId, profileId), eq(stakeEvent.chainId, chainId)));
  const nowAt = secondsOf(await bankTime(db));
  const { byId, open } = await explainRows(db, { rows, pairs: own, nowAt });
  const epochs = new Map<number, EpochReward>();
  for (const { stretches } of [...byId.values(), ...open])
    for (const { epoch, toAt, own: part } of stretches) {
      const known = epochs.get(epoch);
      const at = new Date(Math.max(toAt * 1000, known?.at.getTime() ?? 0));
      epochs.set(epoch, { epoch, at, attos: (known?.attos ?? 0n) + part.base + part.fee });
    }
  return {
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
    paid: rows
      .map(({ at, netMicros }) => ({ at, netMicros }))
      .sort((a, b) => a.at.getTime() - b.at.getTime()),
  };
}

/** One's payouts of a year on the bank's calendar, or of all years, oldest first, for a file to keep. */
export async function rewardsToExport(
  actor: Actor,
  input: { year?: number; timeZone: string },
  db: Executor = dbFor("app"),
): Promise<PayoutRow[]> {
  const inYear = sql`extract(year from ${payoutTable.at} at time zone ${input.timeZone}) = ${input.year}`;
  return await db
    .select()
    .from(payoutTable)
    .where(
      and(
        eq(payoutTable.profileId, ownProfile(actor)),
        eq(payoutTable.chainId, deployment().chainId),
        ...(input.year === undefined ? [] : [inYear]),
      ),
    )
    .orderBy(asc(payoutTable.blockNumber), asc(payoutTable.logIndex));
}

/** Every payout from stake that this bank has booked, recomputed: an operator's check. */
export async function recomputeAll(db: Executor) {
  const rows = await db
    .select()
    .from(payoutTable)
    .where(and(eq(payoutTable.chainId, deployment().chainId), fromStake()))
    .orderBy(asc(payoutTable.blockNumber), asc(payoutTable.logIndex));
  const pairs = [...new Map(rows.map((row) => [pairKey(row), row])).values()];
  const nowAt = Math.max(0, ...rows.map((row) => secondsOf(row.at)));
  const { byId } = await explainRows(db, { rows, pairs, nowAt });
  const all = rows.map((row) => ({ row, now: recomputed(row, byId.get(row.id) as PayoutExplained) }));
  return {
    payouts: all.length,
    agree: all.filter(({ now }) => now.agrees).length,
    differences: all
      .filter(({ now }) => !now.agrees)
      .map(({ row, now }) => ({
        id: row.id,
        at: row.at.toISOString(),
        wallet: row.wallet,
        operatorId: row.operatorId,
        txHash: row.txHash,
        paid: amountsOf(row),
        recomputed: amountsOf(now),
      })),
  };
}

const amountsOf = ({
  grossMicros,
  operatorFeeMicros,
  federalMicros,
  stateMicros,
  localMicros,
  netMicros,
}: Pick<
  PayoutRow,
  "grossMicros" | "operatorFeeMicros" | "federalMicros" | "stateMicros" | "localMicros" | "netMicros"
>) => ({ grossMicros, operatorFeeMicros, federalMicros, stateMicros, localMicros, netMicros });

/** Public: what came in and went out in the epochs that became final from `from` up to, not including, `to`. */
export async function sourcesAndUsesBetween(
  chainId: number,
  period: { from: Date; to: Date },
  db: Db = dbFor("app"),
): Promise<SourcesAndUses> {
  return db.transaction(
    async (tx) => {
      const isFinal = and(eq(epochTable.chainId, chainId), eq(epochTable.state, "final"));
      const rows = await tx
        .select({
          number: epochTable.number,
          finalAt: epochTable.finalAt,
          carriedMicros: epochTable.carriedMicros,
        })
        .from(epochTable)
        .where(and(isFinal, gte(epochTable.finalAt, period.from)))
        .orderBy(asc(epochTable.number));
      const [first, last] = [rows[0]?.number ?? 0n, rows.at(-1)?.number ?? 0n];
      const fees = await tx
        .select({
          number: sql<string>`${feeTable.epochNumber}`,
          kind: feeTable.kind,
          micros: sql<string>`sum(${feeTable.amountMicros})`,
        })
        .from(feeTable)
        .where(and(eq(feeTable.chainId, chainId), between(feeTable.epochNumber, first, last)))
        .groupBy(feeTable.epochNumber, feeTable.kind)
        .orderBy(feeTable.kind);
      const rewards = await tx
        .select({
          number: sql<string>`${rewardTable.epochNumber}`,
          operatorId: rewardTable.operatorId,
          micros: sql<string>`sum(${rewardTable.grossMicros})`,
        })
        .from(rewardTable)
        .where(and(eq(rewardTable.chainId, chainId), between(rewardTable.epochNumber, first, last)))
        .groupBy(rewardTable.epochNumber, rewardTable.operatorId)
        .orderBy(rewardTable.operatorId);
      const [uncounted] = await tx
        .select({ micros: sql<string>`coalesce(sum(${feeTable.amountMicros}), 0)` })
        .from(feeTable)
        .where(and(eq(feeTable.chainId, chainId), isNull(feeTable.epochNumber)));
      const [feesOf, rewardsOf] = [byEpoch(fees), byEpoch(rewards)];
      const epochs = rows.map(({ number, finalAt, carriedMicros }) => ({
        number,
        finalAt: finalAt as Date,
        carriedMicros,
        fees: feesOf.get(number.toString()) ?? [],
        rewards: rewardsOf.get(number.toString()) ?? [],
      }));
      const potMicros = (await totalOf(tx, "fee_pot")) - BigInt(uncounted?.micros ?? 0);
      return sourcesAndUses(epochs, { ...period, potMicros });
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

function byEpoch<T extends { number: string; micros: string }>(rows: readonly T[]) {
  const found = new Map<string, (Omit<T, "micros"> & { micros: bigint })[]>();
  for (const row of rows) {
    const own = found.get(row.number) ?? [];
    own.push({ ...row, micros: BigInt(row.micros) });
    found.set(row.number, own);
  }
  return found;
}
