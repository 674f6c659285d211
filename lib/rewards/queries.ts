import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import { dbFor, type Executor } from "@/db/client";
import { payoutLine, payout as payoutTable } from "@/db/schema/chain";
import { person as personTable, profile as profileTable } from "@/db/schema/customers";
import type { Actor } from "@/lib/auth/actor";
import { payoutSplitterAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { withholdingCaseFrom } from "@/lib/customers/withholding-case";
import { AppError } from "@/lib/errors";
import { type PayoutLine, payoutLines } from "@/lib/rewards/payout-lines";
import { stakeOverview } from "@/lib/staking/queries";
import { packRateClass } from "@/lib/tax/split-payout";
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
  /** for the next page */
  before: Date | undefined;
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

/** One's payouts, newest first, each with its three tax lines; totals over all of them. */
export async function rewardHistory(
  actor: Actor,
  page: { before?: Date } = {},
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
      .where(and(own, ...(page.before ? [lt(payoutTable.at, page.before)] : [])))
      .orderBy(desc(payoutTable.at), desc(payoutTable.logIndex))
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
    before: rows.length > pageSize ? shown.at(-1)?.at : undefined,
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
