"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { customerAction } from "@/lib/auth/action-clients";
import { endOwnSession } from "@/lib/auth/commands/end-own-session";
import { changeWithholding } from "@/lib/customers/commands/change-withholding";

const which = z.union([z.strictObject({ sessionId: z.uuid() }), z.strictObject({ others: z.literal(true) })]);

/** The command reads the fields itself, so that a wrong one comes back with its own code. */
const field = z.unknown().optional();
const electionForm = z.strictObject({ filingStatus: field, election: field, otherIncome: field });

export const endSession = customerAction
  .metadata({ name: "end own session" })
  .inputSchema(which)
  .action(async ({ ctx, parsedInput }) => {
    const { ended } = await endOwnSession(ctx.command, parsedInput);
    revalidatePath("/stake/account");
    return { ended };
  });

export const saveWithholding = customerAction
  .metadata({ name: "change withholding" })
  .inputSchema(electionForm)
  .action(async ({ ctx, parsedInput }) => {
    const { rateClass } = await changeWithholding(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { rateClass };
  });
