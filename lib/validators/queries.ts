import { and, asc, desc, eq, gte, inArray, isNotNull, sql } from "drizzle-orm";
import { type Address, zeroHash } from "viem";
import type { Executor } from "@/db/client";
import { dbFor } from "@/db/client";
import { certification } from "@/db/schema/certification";
import {
  epochAttestation,
  epochBatch,
  epoch as epochTable,
  epochVote,
  type OperatorState,
  operator,
  operatorHistory,
  reward as rewardTable,
} from "@/db/schema/chain";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { epochManagerAbi, stakingAbi, validatorRegistryAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import type { ProposalNow } from "@/lib/epochs/life";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { type Alert, alertsOf, type Vote, type Watched } from "@/lib/validators/alerts";
import { readFinding } from "@/lib/validators/finding";
import { type Owner, operatorName, ownerOf } from "@/lib/validators/operators";
import { refusalSentence } from "@/lib/validators/refusal-sentence";
import type { RegistryRules } from "@/lib/validators/staker-watch";
import { besuQbft } from "@/lib/vendors/consensus/besu";
import type { ConsensusAdapter, ConsensusHost } from "@/lib/vendors/consensus/contract";
import { followers } from "@/lib/vendors/consensus/followers";

export interface OperatorOverview {
  operatorId: number;
  name: string;
  isOfBank: boolean;
  owner: Owner;
  isOpen: boolean;
  /** as the registry has it; undefined while the index has not come to it */
  state: OperatorState | undefined;
  strikes: number;
  certifiedUntil: Date | null;
  /** taken from its bond and its stakers so far */
  slashedMicros: bigint;
  commissionPpm: bigint;
  activeMicros: bigint;
  pendingMicros: bigint;
  unbondingMicros: bigint;
  /** its own tokens, slashed before any stake */
  bondMicros: bigint;
  rewardPerSecondMicros: bigint;
  /** the key that signs epochs; undefined for an operator without a seat */
  signer: Address | undefined;
  weight: bigint;
  /** newest first: whether it signed the last final epochs */
  lastEpochs: { number: bigint; signed: boolean }[];
}

const epochsShown = 10;
const ppmPerBps = 100n;

/** What operators are called: as they were certified, else by the names a demo starts with, else by number. Public. */
export async function operatorNames(db: Executor = dbFor("app")): Promise<(operatorId: number) => string> {
  const rows = await db
    .select({ operatorId: certification.operatorId, name: certification.name })
    .from(certification)
    .where(isNotNull(certification.operatorId))
    .orderBy(asc(certification.appliedAt));
  const names = new Map(rows.map(({ operatorId, name }) => [operatorId, name]));
  const { bankName } = activeProfile();
  return (operatorId) => names.get(operatorId) ?? operatorName(operatorId, bankName);
}

/** Every operator with its stake, its commission, whose it is, and how faithfully it signs. Public. */
export async function operators(db: Executor = dbFor("app")): Promise<OperatorOverview[]> {
  const client = publicClient();
  const { contracts, chainId } = deployment();
  const staking = { address: contracts.staking, abi: stakingAbi } as const;
  const [ids, seats, finals, nameOf, registered, slashed] = await Promise.all([
    client.readContract({ ...staking, functionName: "operatorIds" }),
    client.readContract({
      address: contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "validators",
    }),
    db
      .select({ number: epochTable.number, signers: epochTable.signers })
      .from(epochTable)
      .where(and(eq(epochTable.chainId, chainId), eq(epochTable.state, "final")))
      .orderBy(desc(epochTable.number))
      .limit(epochsShown),
    operatorNames(db),
    db.select().from(operator).where(eq(operator.chainId, chainId)),
    slashedBy(db, chainId),
  ]);
  const views = await Promise.all(
    ids.map((id) => client.readContract({ ...staking, functionName: "operatorOf", args: [id] })),
  );
  return ids.map((operatorId, i) => {
    const view = views[i] as (typeof views)[number];
    const seat = seats.find((s) => s.operatorId === operatorId);
    const known = registered.find((row) => row.operatorId === operatorId);
    const isOfBank = seat?.ofBank ?? known?.affiliated ?? false;
    return {
      operatorId,
      name: nameOf(operatorId),
      isOfBank,
      owner: ownerOf({ operatorId, isOfBank }),
      isOpen: view.open,
      state: known?.state,
      strikes: known?.strikes ?? 0,
      certifiedUntil: known?.certifiedUntil ?? null,
      slashedMicros: slashed.get(operatorId) ?? 0n,
      commissionPpm: BigInt(view.commissionBps) * ppmPerBps,
      activeMicros: view.active,
      pendingMicros: view.pending,
      unbondingMicros: view.unbonding,
      bondMicros: view.bond,
      rewardPerSecondMicros: view.rewardPerSecond,
      signer: seat?.signer,
      weight: seat?.weight ?? 0n,
      lastEpochs: finals.map((e) => ({ number: e.number, signed: e.signers?.includes(operatorId) ?? false })),
    };
  });
}

async function slashedBy(db: Executor, chainId: number): Promise<Map<number, bigint>> {
  const { fromBondMicros, fromStakeMicros, operatorId } = operatorHistory;
  const rows = await db
    .select({
      operatorId,
      micros: sql<string>`sum(coalesce(${fromBondMicros}, 0) + coalesce(${fromStakeMicros}, 0))`,
    })
    .from(operatorHistory)
    .where(and(eq(operatorHistory.chainId, chainId), eq(operatorHistory.kind, "slashed")))
    .groupBy(operatorId);
  return new Map(rows.map((row) => [row.operatorId, BigInt(row.micros)]));
}

/** When operators are struck and jailed, and what they must put up themselves. Public, live from the chain. */
export async function registryRules(): Promise<RegistryRules> {
  const params = await publicClient().readContract({
    address: deployment().contracts.validatorRegistry,
    abi: validatorRegistryAbi,
    functionName: "params",
  });
  return {
    bondMinimumMicros: params.bondMinimum,
    strikeLimit: params.strikeLimit,
    missedLimit: params.missedLimit,
  };
}

/** The operator that an act is about, with the name it is known by. */
export async function certifiedOperator(
  db: Executor,
  operatorId: number,
): Promise<{ state: OperatorState; name: string }> {
  const [row] = await db
    .select({ state: operator.state })
    .from(operator)
    .where(and(eq(operator.chainId, deployment().chainId), eq(operator.operatorId, operatorId)));
  if (!row) throw new AppError("not_found");
  const nameOf = await operatorNames(db);
  return { state: row.state, name: nameOf(operatorId) };
}

export interface EpochVerdict {
  operatorId: number;
  name: string;
  verdict: "signed" | "refused";
  findings: string[];
  at: Date;
}

/** What each validator said about these proposals, by digest. */
export async function verdictsOn(
  digests: readonly `0x${string}`[],
  db: Executor = dbFor("app"),
): Promise<Map<string, EpochVerdict[]>> {
  const byDigest = new Map<string, EpochVerdict[]>();
  if (digests.length === 0) return byDigest;
  const rows = await db
    .select()
    .from(epochAttestation)
    .where(
      and(eq(epochAttestation.chainId, deployment().chainId), inArray(epochAttestation.digest, [...digests])),
    )
    .orderBy(epochAttestation.operatorId);
  const nameOf = await operatorNames(db);
  for (const { digest, operatorId, verdict, findings, at } of rows) {
    const list = byDigest.get(digest) ?? [];
    list.push({ operatorId, name: nameOf(operatorId), verdict, findings, at });
    byDigest.set(digest, list);
  }
  return byDigest;
}

export interface OperatorRow extends Watched {
  affiliated: boolean;
  stakeMicros: bigint;
  commissionPpm: bigint;
  /** its seat's, before what all of the bank's count for together is capped */
  weight: bigint;
}

export interface CommandCentre {
  proposal:
    | (ProposalNow & {
        /** wrong on purpose: whoever refuses it is right */
        isCanary: boolean;
        seatsOf: { operatorId: number; name: string; vote: Vote | "waiting" }[];
      })
    | undefined;
  operators: OperatorRow[];
  alerts: Alert[];
  waitingMicros: bigint;
  dailyMicros: bigint;
  bondsMicros: bigint;
  stakeMicros: bigint;
  lastFinalAt: Date | undefined;
  /** whose word the hosts' column is */
  hostsSource: string;
}

const watchedEpochs = 20;
export const quorumLeast = { seats: 4, outside: 3 };

/** Everything that the command centre shows, of one moment. */
export async function commandCentre(ctx: CommandContext): Promise<CommandCentre> {
  requirePermission(ctx.actor, "operations:read");
  const { db } = ctx;
  const client = publicClient();
  const { chainId, contracts } = deployment();
  const manager = { address: contracts.epochManager, abi: epochManagerAbi } as const;
  const registry = { address: contracts.validatorRegistry, abi: validatorRegistryAbi } as const;
  const consensus = consensusAdapter();
  const read = <const N extends "progress" | "proposal" | "feePot" | "lastFinal" | "epochSeconds">(
    functionName: N,
  ) => client.readContract({ ...manager, functionName });
  const [
    overview,
    rows,
    hosts,
    progress,
    [proposal, openDigest],
    waitingMicros,
    [, , lastFinalAt],
    epochSeconds,
    params,
    time,
    nameOf,
  ] = await Promise.all([
    operators(db),
    db.select().from(operator).where(eq(operator.chainId, chainId)).orderBy(operator.operatorId),
    hostsNow(consensus),
    read("progress"),
    read("proposal"),
    read("feePot"),
    read("lastFinal"),
    read("epochSeconds"),
    client.readContract({ ...registry, functionName: "params" }),
    bankTime(db),
    operatorNames(db),
  ]);
  const now = BigInt(Math.floor(time.getTime() / 1000));
  const votes = await votesOf(db, chainId);
  const newest = await db
    .select({ number: epochTable.number, state: epochTable.state, digest: epochTable.digest })
    .from(epochTable)
    .where(eq(epochTable.chainId, chainId))
    .orderBy(desc(epochTable.proposedBlock))
    .limit(1);
  const isOpen = openDigest !== zeroHash;
  const [signedWeight, neededWeight, signedOutside, neededOutside] = await client.readContract({
    ...manager,
    functionName: "quorumOf",
    args: [progress.agreed],
  });
  const shared = await sharedADay(db, chainId, time);
  const known = rows.map((row): OperatorRow => {
    const seen = overview.find(({ operatorId }) => operatorId === row.operatorId);
    const host = hosts.find(({ of }) =>
      "node" in of ? of.node === row.node?.toLowerCase() : of.operatorId === row.operatorId,
    );
    return {
      operatorId: row.operatorId,
      name: nameOf(row.operatorId),
      isOfBank: seen?.isOfBank ?? row.affiliated,
      affiliated: row.affiliated,
      state: row.state,
      bondMicros: row.bondMicros,
      strikes: row.strikes,
      certifiedUntil: row.certifiedUntil
        ? BigInt(Math.floor(row.certifiedUntil.getTime() / 1000))
        : undefined,
      stakeMicros: (seen?.activeMicros ?? 0n) + (seen?.pendingMicros ?? 0n),
      commissionPpm: seen?.commissionPpm ?? 0n,
      weight: seen?.weight ?? 0n,
      votes: votes.get(row.operatorId) ?? [],
      host: host && { lagBlocks: host.behindBlocks, problem: host.problem },
    };
  });
  const [planted] = await db
    .select({ isCanary: epochBatch.isCanary })
    .from(epochBatch)
    .where(and(eq(epochBatch.chainId, chainId), eq(epochBatch.entriesRoot, proposal.entriesRoot)));
  const verdicts = isOpen ? ((await verdictsOn([openDigest], db)).get(openDigest) ?? []) : [];
  const isIn = (bits: bigint, operatorId: number) => ((bits >> BigInt(operatorId)) & 1n) === 1n;
  const countIn = (bits: bigint) => known.filter(({ operatorId }) => isIn(bits, operatorId)).length;
  const commitsAreClosed = progress.commitsClosedAt > 0n || now > progress.commitsUntil;
  const voteOf = (operatorId: number): Vote | "waiting" => {
    if (isIn(progress.agreed, operatorId)) return "agreed";
    if (isIn(progress.refused, operatorId)) return "refused";
    if (isIn(progress.wrong, operatorId)) return "wrong";
    if (isIn(progress.committed, operatorId)) return "committed";
    return commitsAreClosed ? "missed" : "waiting";
  };
  // told as soon as nobody can vote by it any more
  const isCanary = planted?.isCanary === true && commitsAreClosed;
  return {
    proposal:
      newest.length === 0
        ? undefined
        : {
            number: isOpen ? proposal.number : (newest[0]?.number ?? 0n),
            isFinal: !isOpen && newest[0]?.state === "final",
            seats: countIn(progress.seated),
            committed: countIn(progress.committed),
            agreed: countIn(progress.agreed),
            refused: countIn(progress.refused),
            wrong: countIn(progress.wrong),
            isCanary,
            commitsAreClosed,
            revealsUntil: progress.revealsUntil,
            signedWeight,
            neededWeight,
            signedOutside: Number(signedOutside),
            neededOutside: Number(neededOutside),
            now,
            seatsOf: known
              .filter(({ operatorId }) => isIn(progress.seated, operatorId))
              .map(({ operatorId, name }) => ({ operatorId, name, vote: voteOf(operatorId) })),
          },
    operators: known,
    alerts: alertsOf({
      operators: known,
      bondMinimumMicros: params.bondMinimum,
      strikeLimit: params.strikeLimit,
      missedLimit: params.missedLimit,
      leastSeats: quorumLeast.seats,
      leastOutside: quorumLeast.outside,
      waitingMicros,
      dailyMicros: shared,
      secondsSinceFinal: lastFinalAt === 0n ? 0n : now - lastFinalAt,
      epochSeconds,
      refusals: verdicts
        .filter(({ verdict }) => verdict === "refused" && !isCanary)
        .map(({ name, findings }) => {
          const finding = readFinding(findings[0]);
          return { name, reason: finding.reason, told: refusalSentence(finding) };
        }),
      now,
    }),
    hostsSource: consensus.source,
    waitingMicros,
    dailyMicros: shared,
    bondsMicros: known.reduce((sum, { bondMicros }) => sum + bondMicros, 0n),
    stakeMicros: known.reduce((sum, { stakeMicros }) => sum + stakeMicros, 0n),
    lastFinalAt: lastFinalAt === 0n ? undefined : new Date(Number(lastFinalAt) * 1000),
  };
}

/** Besu's word where the bank's chain is one, else that of the validators' own nodes. */
const consensusAdapter = (): ConsensusAdapter =>
  env.besuRpcUrl ? besuQbft(env.besuRpcUrl) : followers(env.validatorUrls);

/** A network that cannot be asked must not take the rest of the page with it. */
const hostsNow = (adapter: ConsensusAdapter): Promise<ConsensusHost[]> =>
  adapter.hosts().catch((err) => {
    log.error({ err }, "the chain's keepers could not be asked");
    return [];
  });

/** How each operator voted on the last final epochs, newest first. */
async function votesOf(
  db: Executor,
  chainId: number,
): Promise<Map<number, { number: bigint; vote: Vote }[]>> {
  const finals = await db
    .select({ digest: epochTable.digest })
    .from(epochTable)
    .where(and(eq(epochTable.chainId, chainId), eq(epochTable.state, "final")))
    .orderBy(desc(epochTable.number))
    .limit(watchedEpochs);
  const found = new Map<number, { number: bigint; vote: Vote }[]>();
  if (finals.length === 0) return found;
  const rows = await db
    .select()
    .from(epochVote)
    .where(
      and(
        eq(epochVote.chainId, chainId),
        inArray(
          epochVote.digest,
          finals.map(({ digest }) => digest),
        ),
      ),
    )
    .orderBy(desc(epochVote.epochNumber));
  for (const row of rows) {
    const own = found.get(row.operatorId) ?? [];
    own.push({ number: row.epochNumber, vote: row.verdict ?? (row.committedAt ? "committed" : "missed") });
    found.set(row.operatorId, own);
  }
  return found;
}

const usualDays = 7;

/** What was shared out each day of the last week. */
async function sharedADay(db: Executor, chainId: number, now: Date): Promise<bigint> {
  const since = new Date(now.getTime() - usualDays * 86_400_000);
  const [row] = await db
    .select({ micros: sql<string>`coalesce(sum(${rewardTable.grossMicros}), 0)` })
    .from(rewardTable)
    .where(and(eq(rewardTable.chainId, chainId), gte(rewardTable.at, since)));
  return BigInt(row?.micros ?? 0) / BigInt(usualDays);
}
