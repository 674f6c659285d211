import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { complianceDecision } from "@/db/schema/control";
import { profile } from "@/db/schema/customers";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { dollarDeposit } from "@/lib/ledger/accounts";
import { stateOf } from "@/lib/ledger/queries";

type Question = { command: string; profileId: string; amountMicros?: bigint };
type Answer = { outcome: "allow" | "hold" | "block"; rule: string };

/**
 * Asked inside every money command. Holds and blocks refuse with the one wording that maintenance has too.
 * Fails closed: an unknown profile or any error refuses. A refusal is kept on a connection of its own, because the
 * command's transaction is rolled back.
 */
export async function decide(tx: Tx, ctx: CommandContext, question: Question): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerFor(tx, question);
    if (answer.outcome === "allow") await keep(tx, ctx, question, answer);
    else await ctx.db.transaction((own) => keep(own, ctx, question, answer));
  } catch (cause) {
    throw new AppError("under_review", undefined, { cause });
  }
  if (answer.outcome !== "allow") throw new AppError("under_review");
}

async function answerFor(tx: Tx, { profileId, amountMicros }: Question): Promise<Answer> {
  const [row] = await tx
    .select({ flag: profile.complianceFlag, status: profile.status })
    .from(profile)
    .where(eq(profile.id, profileId));
  if (!row) throw new Error("compliance was asked about an unknown profile");
  if (row.flag !== "none") return { outcome: row.flag, rule: "profile_flag" };
  if (row.status === "closed") return { outcome: "block", rule: "profile_closed" };
  if (amountMicros !== undefined) {
    const state = await stateOf(tx, dollarDeposit(profileId));
    if (state !== "open") return { outcome: "block", rule: `account_${state}` };
  }
  return { outcome: "allow", rule: "no_finding" };
}

async function keep(on: Tx, ctx: CommandContext, question: Question, answer: Answer) {
  await on
    .insert(complianceDecision)
    .values({ ...question, ...answer, actor: actorName(ctx.actor), requestId: ctx.requestId });
}
