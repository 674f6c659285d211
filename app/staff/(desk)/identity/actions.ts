"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { staffAction } from "@/lib/auth/action-clients";
import { decideIdentity } from "@/lib/customers/commands/decide-identity";
import { revealIdentity as revealIdentityCommand } from "@/lib/customers/commands/reveal-identity";

const reveal = z.strictObject({ applicationId: z.uuid(), reason: z.string().max(500) });
const decision = z.discriminatedUnion("decision", [
  z.strictObject({ applicationId: z.uuid(), decision: z.literal("approve") }),
  z.strictObject({ applicationId: z.uuid(), decision: z.literal("refuse"), reason: z.string().max(500) }),
]);

/** What it shows goes back to the one browser that asked and is drawn there, never into a page. */
export const revealIdentity = staffAction("identity:reveal")
  .metadata({ name: "reveal identity" })
  .inputSchema(reveal)
  .action(({ parsedInput, ctx }) => revealIdentityCommand(ctx.command, parsedInput));

export const decideApplication = staffAction("identity:decide")
  .metadata({ name: "decide application" })
  .inputSchema(decision)
  .action(async ({ parsedInput, ctx }) => {
    const decided = await decideIdentity(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
    return decided;
  });
