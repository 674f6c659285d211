import { and, eq } from "drizzle-orm";
import type { Address } from "viem";
import { dbFor } from "@/db/client";
import { wallet as walletTable } from "@/db/schema/customers";
import type { Actor } from "@/lib/auth/actor";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { type EpochClock, epochClock } from "@/lib/epochs/queries";
import { AppError } from "@/lib/errors";
import { operatorNames } from "@/lib/validators/queries";

export interface StakePosition {
  operatorId: number;
  operatorName: string;
  commissionPpm: bigint;
  activeMicros: bigint;
  pendingMicros: bigint;
  /** when the pending part begins to earn, as far as can be told now */
  pendingEarnsFrom: Date | undefined;
  /** accrued so far, before and of operator's fee */
  claimableGrossMicros: bigint;
  claimableFeeMicros: bigint;
}

export interface Unbonding {
  requestId: bigint;
  operatorId: number;
  operatorName: string;
  amountMicros: bigint;
  withdrawableAt: Date;
  isWithdrawable: boolean;
}

/** One list of every wait, soonest first: new stake that begins to earn, unbonding that ends, the next payout. */
export interface Wait {
  kind: "earns" | "withdrawable" | "payout";
  at: Date;
  amountMicros: bigint;
  operatorId: number | undefined;
}

export interface StakeOverview {
  wallet: Address;
  /** the chain's own time for all that is said here */
  asOf: Date;
  walletMicros: bigint;
  networkCoinWei: bigint;
  activeMicros: bigint;
  pendingMicros: bigint;
  unbondingMicros: bigint;
  earnedGrossMicros: bigint;
  earnedFeeMicros: bigint;
  positions: StakePosition[];
  unbondings: Unbonding[];
  waits: Wait[];
  epoch: EpochClock;
  nextPayoutAt: Date;
}

/** The wallet an actor acts with: proven by its session. */
export async function walletOf(actor: Actor): Promise<Address> {
  if (actor.kind !== "customer") throw new AppError("sign_in_required");
  if (actor.address) return actor.address.toLowerCase() as Address;
  const [own] = await dbFor("app")
    .select({ address: walletTable.address })
    .from(walletTable)
    .where(
      and(
        eq(walletTable.profileId, actor.profileId),
        ...(actor.walletId ? [eq(walletTable.id, actor.walletId)] : []),
      ),
    )
    .limit(1);
  if (!own) throw new AppError("wallet_not_connected");
  return own.address;
}

/** What is the same for everybody, when the caller has it already. */
export interface KnownOfChain {
  operators: readonly { operatorId: number; commissionPpm: bigint }[];
  epoch: EpochClock;
}

/** Everything about one's stake, live from the chain; what is known for everybody is asked only when it is not given. */
export async function stakeOverview(actor: Actor, known?: KnownOfChain): Promise<StakeOverview> {
  const wallet = await walletOf(actor);
  const client = publicClient();
  const { contracts } = deployment();
  const staking = { address: contracts.staking, abi: stakingAbi } as const;
  const stakesWith = (ids: readonly number[]) =>
    Promise.all(
      ids.map((id) =>
        client.readContract({ ...staking, functionName: "stakeOf", args: [wallet, id], blockTag: "pending" }),
      ),
    );
  const commissionsOf = async (ids: readonly number[]) => {
    const views = await Promise.all(
      ids.map((id) => client.readContract({ ...staking, functionName: "operatorOf", args: [id] })),
    );
    return views.map(({ commissionBps }) => BigInt(commissionBps) * 100n);
  };
  const operatorIds = known
    ? known.operators.map(({ operatorId }) => operatorId)
    : client.readContract({ ...staking, functionName: "operatorIds" });
  const [ids, stakes, commissions, head, epoch, walletMicros, networkCoinWei, requests, nameOf] =
    await Promise.all([
      operatorIds,
      Promise.resolve(operatorIds).then(stakesWith),
      known
        ? known.operators.map(({ commissionPpm }) => commissionPpm)
        : Promise.resolve(operatorIds).then(commissionsOf),
      client.getBlock({ blockTag: "pending" }),
      known?.epoch ?? epochClock(),
      client.readContract({
        address: contracts.stateToken,
        abi: stateTokenAbi,
        functionName: "balanceOf",
        args: [wallet],
      }),
      client.getBalance({ address: wallet }),
      client.readContract({ ...staking, functionName: "unbondingOf", args: [wallet] }),
      operatorNames(),
    ]);
  const asOf = new Date(Number(head.timestamp) * 1000);
  const nextPayoutAt = epoch.nextProposalAt > asOf ? epoch.nextProposalAt : asOf;
  const epochsAhead = (from: bigint) =>
    new Date(nextPayoutAt.getTime() + Number(from - epoch.current - 1n) * epoch.epochSeconds * 1000);

  const positions = ids
    .map((operatorId, i): StakePosition => {
      const stake = stakes[i] as (typeof stakes)[number];
      return {
        operatorId,
        operatorName: nameOf(operatorId),
        commissionPpm: commissions[i] ?? 0n,
        activeMicros: stake.active,
        pendingMicros: stake.pending,
        pendingEarnsFrom: stake.pending > 0n ? epochsAhead(stake.earnsFromEpoch) : undefined,
        claimableGrossMicros: stake.claimableGross,
        claimableFeeMicros: stake.claimableFee,
      };
    })
    .filter((p) => p.activeMicros + p.pendingMicros + p.claimableGrossMicros > 0n);
  const unbondings = requests.map(
    (request): Unbonding => ({
      requestId: request.requestId,
      operatorId: request.operatorId,
      operatorName: nameOf(request.operatorId),
      amountMicros: request.amount,
      withdrawableAt: new Date(Number(request.withdrawableAt) * 1000),
      isWithdrawable: request.withdrawableAt <= head.timestamp,
    }),
  );
  const sum = (of: (position: StakePosition) => bigint) => positions.reduce((all, p) => all + of(p), 0n);
  const activeMicros = sum((p) => p.activeMicros);
  const waits: Wait[] = [
    ...positions.flatMap((p) =>
      p.pendingEarnsFrom
        ? [
            {
              kind: "earns" as const,
              at: p.pendingEarnsFrom,
              amountMicros: p.pendingMicros,
              operatorId: p.operatorId,
            },
          ]
        : [],
    ),
    ...unbondings.map((u) => ({
      kind: "withdrawable" as const,
      at: u.withdrawableAt,
      amountMicros: u.amountMicros,
      operatorId: u.operatorId,
    })),
    ...(activeMicros > 0n
      ? [
          {
            kind: "payout" as const,
            at: nextPayoutAt,
            amountMicros: epoch.feePotMicros,
            operatorId: undefined,
          },
        ]
      : []),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  return {
    wallet,
    asOf,
    walletMicros,
    networkCoinWei,
    activeMicros,
    pendingMicros: sum((p) => p.pendingMicros),
    unbondingMicros: unbondings.reduce((all, u) => all + u.amountMicros, 0n),
    earnedGrossMicros: sum((p) => p.claimableGrossMicros),
    earnedFeeMicros: sum((p) => p.claimableFeeMicros),
    positions,
    unbondings,
    waits,
    epoch,
    nextPayoutAt,
  };
}
