import { and, asc, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Executor } from "@/db/client";
import { epoch as epochTable } from "@/db/schema/chain";
import { cheat } from "@/db/schema/cheats";
import { switches } from "@/db/schema/installation";
import { epochManagerAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import type { Cheat } from "@/lib/cheats/play";
import { type CheatFacts, type Step, stepsOf } from "@/lib/cheats/progress";
import { env } from "@/lib/env";
import { isStoppedBy } from "@/lib/epochs/stopped";
import { verdictsOn } from "@/lib/validators/queries";

/** Whether there is anybody to cheat: only a demo has an insider. */
export const canCheat = (): boolean => env.isDemo && env.insiderUrl !== undefined;

/** The last cheat, mended or not. */
export async function latestCheat(db: Executor): Promise<Cheat | undefined> {
  const [row] = await db.select().from(cheat).orderBy(desc(cheat.begunAt)).limit(1);
  return row;
}

export interface CheatNow {
  cheat: Pick<Cheat, "kind" | "amountMicros" | "told">;
  isOpen: boolean;
  facts: CheatFacts;
  steps: Step[];
  /** the epoch that was proposed with falsified books */
  epoch: bigint | undefined;
  seats: number;
  refusedBy: { operatorId: number; name: string; isOfBank: boolean; finding: string | undefined }[];
  finalEpoch: bigint | undefined;
}

export interface DoorsNow {
  mint: boolean;
  reward: boolean;
  send: boolean;
}

/** What the bank's switches leave open; exits are behind none of them. */
export async function doorsNow(db: Executor): Promise<DoorsNow> {
  const rows = await db
    .select({ name: switches.name, isOn: switches.isOn })
    .from(switches)
    .where(inArray(switches.name, ["mint", "issue", "payout"]));
  const isOn = (name: string) => rows.find((row) => row.name === name)?.isOn === true;
  return { mint: isOn("mint") && isOn("issue"), reward: isOn("payout"), send: isOn("payout") };
}

/** The last cheat and what came of it. Public, in a demo. */
export async function cheatNow(db: Executor): Promise<CheatNow | undefined> {
  const last = await latestCheat(db);
  if (!last) return undefined;
  const { chainId, contracts } = deployment();
  const since = (block: bigint | null) =>
    db
      .select({ number: epochTable.number, digest: epochTable.digest, state: epochTable.state })
      .from(epochTable)
      .where(
        and(
          eq(epochTable.chainId, chainId),
          gt(epochTable.proposedBlock, block ?? 0n),
          // one that is wrong on purpose shows nothing of a cheat
          sql`NOT EXISTS (SELECT FROM chain.epoch_batch b WHERE b.chain_id = ${epochTable.chainId}
            AND b.entries_root = ${epochTable.entriesRoot} AND b.is_canary)`,
        ),
      )
      .orderBy(asc(epochTable.proposedBlock))
      .limit(8);
  const [seats, proposals, later, doors] = await Promise.all([
    publicClient().readContract({
      address: contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "validators",
    }),
    last.doneAt ? since(last.doneBlock) : [],
    last.undoneAt ? since(last.undoneBlock) : [],
    doorsNow(db),
  ]);
  const verdicts = await verdictsOn(
    proposals.map(({ digest }) => digest),
    db,
  );
  const isOfBank = (operatorId: number) =>
    seats.find((seat) => seat.operatorId === operatorId)?.ofBank ?? false;
  // one that was built before the cheat may still become final; the first that is refused is the one that shows it
  const refused = proposals.find(({ digest }) =>
    isStoppedBy(
      (verdicts.get(digest) ?? []).filter((one) => one.verdict === "refused").map((one) => one.operatorId),
      seats,
    ),
  );
  const open = refused ?? proposals.findLast(({ state }) => state === "proposed");
  const refusedBy = (refused ? (verdicts.get(refused.digest) ?? []) : [])
    .filter(({ verdict }) => verdict === "refused")
    .map(({ operatorId, name, findings }) => ({
      operatorId,
      name,
      isOfBank: isOfBank(operatorId),
      finding: findings[0],
    }));
  const facts: CheatFacts = {
    isDone: last.doneAt !== null,
    isProposed: open !== undefined,
    isRefused: refused !== undefined,
    isStopped: refused !== undefined && (last.undoneAt !== null || !(doors.mint || doors.reward)),
    isUndoAsked: last.undoAskedAt !== null,
    isUndone: last.undoneAt !== null,
    isEqual: last.equalAt !== null,
    isMended: last.mendedAt !== null,
  };
  return {
    cheat: { kind: last.kind, amountMicros: last.amountMicros, told: last.told },
    isOpen: last.mendedAt === null,
    facts,
    steps: stepsOf(facts),
    epoch: open?.number,
    seats: seats.length,
    refusedBy,
    finalEpoch: later.find(({ state }) => state === "final")?.number,
  };
}
