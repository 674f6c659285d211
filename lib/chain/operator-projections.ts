import { and, eq, inArray, sql } from "drizzle-orm";
import { encodeAbiParameters, keccak256, zeroAddress } from "viem";
import type { Tx } from "@/db/client";
import {
  canary,
  epochVote,
  type OperatorState,
  operator,
  operatorApplication,
  operatorChange,
  operatorHistory,
} from "@/db/schema/chain";
import type { BondFact, ChainFact, EpochFact, OperatorFact, SlashFact, VoteFact } from "@/lib/chain/facts";
import { placeOf } from "@/lib/chain/place";

/** Facts of which each must find the rows as the one before it left them. */
type Followed = OperatorFact | VoteFact | SlashFact | (BondFact & { operatorId: number });

const followed = new Set<ChainFact["event"]>([
  "Applied",
  "ApplicationWithdrawn",
  "Approved",
  "Certified",
  "StateChanged",
  "SeatsChanged",
  "ChangeScheduled",
  "ChangeMade",
  "Struck",
  "RevokedUnderOrder",
  "OperatorSet",
  "DoubleSignProven",
  "Committed",
  "Revealed",
  "CanaryOpened",
  "Slashed",
  "BondPosted",
  "BondReturned",
] satisfies Followed["event"][]);

export const isOperatorFact = (fact: ChainFact): fact is Followed => followed.has(fact.event);

/** Whoever has a seat when an epoch is proposed has a vote on it. */
export async function openVotes(tx: Tx, fact: EpochFact & { event: "EpochProposed" }): Promise<void> {
  const seats = await tx
    .select({ operatorId: operator.operatorId })
    .from(operator)
    .where(and(eq(operator.chainId, fact.chainId), eq(operator.seated, true)));
  if (seats.length === 0) return;
  await tx
    .insert(epochVote)
    .values(
      seats.map(({ operatorId }) => ({
        chainId: fact.chainId,
        epochNumber: fact.number,
        digest: fact.digest,
        operatorId,
        entriesSeal: fact.epoch.entriesSeal,
      })),
    )
    .onConflictDoNothing();
}

export async function keepOperatorFact(tx: Tx, fact: Followed): Promise<void> {
  const { chainId } = fact;
  const set = (
    operatorId: number,
    values: Parameters<ReturnType<typeof tx.update<typeof operator>>["set"]>[0],
  ) =>
    tx
      .update(operator)
      .set(values)
      .where(and(eq(operator.chainId, chainId), eq(operator.operatorId, operatorId)));
  const tell = (row: Omit<typeof operatorHistory.$inferInsert, keyof ReturnType<typeof placeOf> | "at">) =>
    tx
      .insert(operatorHistory)
      .values({ ...placeOf(fact), at: fact.at, ...row })
      .onConflictDoNothing();

  switch (fact.event) {
    case "Applied": {
      const { controller, ownerHash, signer, node, payoutWallet, commissionBps, at } = fact;
      const asked = { ownerHash, signer, node, payoutWallet, commissionBps };
      const values = { ...asked, state: "applied", operatorId: null, appliedAt: at } as const;
      await tx
        .insert(operatorApplication)
        .values({ chainId, controller, ...values })
        .onConflictDoUpdate({
          target: [operatorApplication.chainId, operatorApplication.controller],
          set: values,
        });
      return;
    }
    case "ApplicationWithdrawn":
      await tx
        .update(operatorApplication)
        .set({ state: "withdrawn" })
        .where(applicationOf(chainId, fact.controller));
      return;
    case "Approved": {
      const { operatorId, controller, ownerHash, at } = fact;
      const [asked] = await tx
        .update(operatorApplication)
        .set({ state: "approved", operatorId })
        .where(and(applicationOf(chainId, controller), eq(operatorApplication.ownerHash, ownerHash)))
        .returning();
      const keys = asked && {
        signer: asked.signer,
        node: asked.node,
        payoutWallet: asked.payoutWallet,
        commissionBps: asked.commissionBps,
      };
      await tx
        .insert(operator)
        .values({
          chainId,
          operatorId,
          state: "approved",
          controller,
          ownerHash,
          ...keys,
          stateSince: at,
          enteredAt: at,
        })
        .onConflictDoNothing();
      return;
    }
    case "Certified": {
      const { operatorId, affiliated, certifiedUntil } = fact;
      await set(operatorId, { affiliated, certifiedUntil });
      await tell({ operatorId, kind: "certified", certifiedUntil });
      return;
    }
    case "StateChanged": {
      const { operatorId } = fact;
      const state = fact.state as OperatorState;
      // out of jail the count begins anew
      await set(operatorId, {
        state,
        stateSince: fact.at,
        ...(state === "approved" && {
          strikes: sql`case when ${operator.state} = 'jailed' then 0 else ${operator.strikes} end`,
        }),
      });
      await tell({ operatorId, kind: "state", state });
      return;
    }
    case "SeatsChanged":
      await tx
        .update(operator)
        .set({ seated: fact.seated.length === 0 ? false : sql`${inArray(operator.operatorId, fact.seated)}` })
        .where(eq(operator.chainId, chainId));
      return;
    case "ChangeScheduled": {
      const { operatorId } = fact;
      const values = {
        signer: fact.signer === zeroAddress ? null : fact.signer,
        node: fact.node === zeroAddress ? null : fact.node,
      };
      await tx
        .insert(operatorChange)
        .values({ chainId, operatorId, ...values })
        .onConflictDoUpdate({ target: [operatorChange.chainId, operatorChange.operatorId], set: values });
      return;
    }
    case "ChangeMade": {
      const { operatorId } = fact;
      const [made] = await tx
        .delete(operatorChange)
        .where(and(eq(operatorChange.chainId, chainId), eq(operatorChange.operatorId, operatorId)))
        .returning();
      if (made?.signer || made?.node)
        await set(operatorId, {
          ...(made.signer && { signer: made.signer }),
          ...(made.node && { node: made.node }),
        });
      await tell({ operatorId, kind: "changed" });
      return;
    }
    case "Struck": {
      const { operatorId, reason, strikes } = fact;
      await set(operatorId, { strikes });
      await tell({ operatorId, kind: "struck", reason, strikes });
      return;
    }
    case "RevokedUnderOrder":
      await set(fact.operatorId, { orderHash: fact.orderHash });
      await tell({ operatorId: fact.operatorId, kind: "revoked", reason: fact.orderHash });
      return;
    case "OperatorSet": {
      const { operatorId, payoutWallet, commissionBps, isOpen } = fact;
      await set(operatorId, { payoutWallet, commissionBps, isOpen });
      return;
    }
    case "DoubleSignProven":
      await tell({ operatorId: fact.operatorId, kind: "double_sign", reason: `epoch ${fact.number}` });
      return;
    case "BondPosted":
      await set(fact.operatorId, { bondMicros: plus(fact.amountMicros) });
      return;
    case "BondReturned":
      await set(fact.operatorId, { bondMicros: plus(-fact.amountMicros) });
      return;
    case "Slashed": {
      const { operatorId, fromBondMicros, fromStakeMicros, reason } = fact;
      await set(operatorId, { bondMicros: plus(-fromBondMicros) });
      await tell({ operatorId, kind: "slashed", reason, fromBondMicros, fromStakeMicros });
      return;
    }
    case "Committed":
      await tx.update(epochVote).set({ committedAt: fact.at }).where(voteOf(fact));
      return;
    case "Revealed": {
      const { entries, reason } = fact;
      const isSealed = sql`${epochVote.entriesSeal} = ${sealOf(entries)}`;
      const verdict = reason
        ? ("refused" as const)
        : sql`case when ${isSealed} then 'agreed' else 'wrong' end`;
      await tx
        .update(epochVote)
        .set({ revealedAt: fact.at, verdict: verdict as "refused", reason: reason || null })
        .where(voteOf(fact));
      return;
    }
    case "CanaryOpened": {
      const { digest, number, struck, paid, rewardEachMicros, at } = fact;
      await tx
        .insert(canary)
        .values({ chainId, digest, epochNumber: number, struck, paid, rewardEachMicros, at })
        .onConflictDoNothing();
      return;
    }
  }
}

const plus = (micros: bigint) => sql`${operator.bondMicros} + ${micros.toString()}::numeric`;
/** as EpochManager.sol compares what was opened with what was sealed */
const sealOf = (entries: `0x${string}`) => keccak256(encodeAbiParameters([{ type: "bytes32" }], [entries]));
const applicationOf = (chainId: number, controller: `0x${string}`) =>
  and(eq(operatorApplication.chainId, chainId), eq(operatorApplication.controller, controller));
const voteOf = ({
  chainId,
  digest,
  operatorId,
}: {
  chainId: number;
  digest: `0x${string}`;
  operatorId: number;
}) => and(eq(epochVote.chainId, chainId), eq(epochVote.digest, digest), eq(epochVote.operatorId, operatorId));
