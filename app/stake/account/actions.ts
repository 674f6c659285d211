"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { customerAction } from "@/lib/auth/action-clients";
import { endOwnSession } from "@/lib/auth/commands/end-own-session";
import { changeWithholding } from "@/lib/customers/commands/change-withholding";

const anyForm = z.record(z.string(), z.unknown());

export const endSession = customerAction
  .metadata({ name: "end own session" })
  .inputSchema(anyForm)
  .action(async ({ ctx, parsedInput }) => {
    const { ended } = await endOwnSession(ctx.command, parsedInput);
    revalidatePath("/stake/account");
    return { ended };
  });

export const saveWithholding = customerAction
  .metadata({ name: "change withholding" })
  .inputSchema(anyForm)
  .action(async ({ ctx, parsedInput }) => {
    const { rateClass } = await changeWithholding(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { rateClass };
  });
