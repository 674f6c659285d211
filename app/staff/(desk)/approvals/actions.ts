"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { decideApproval } from "@/lib/approvals/commands/decide-approval";
import { staffAction } from "@/lib/auth/action-clients";

const decision = z.strictObject({
  approvalId: z.uuid(),
  decision: z.enum(["approve", "refuse"]),
  seenHash: z.string().max(66),
  reason: z.string().max(500).optional(),
});

export const decide = staffAction("approval:decide")
  .metadata({ name: "decide approval" })
  .inputSchema(decision)
  .action(async ({ parsedInput, ctx }) => {
    await decideApproval(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });
