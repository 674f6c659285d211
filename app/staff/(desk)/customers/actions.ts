"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { staffAction } from "@/lib/auth/action-clients";
import { setAccountState as setAccountStateCommand } from "@/lib/ledger/commands/set-account-state";

const change = z.strictObject({
  accountId: z.string().max(18),
  state: z.enum(["open", "frozen", "closed"]),
  reason: z.string().max(500),
});

export const setAccountState = staffAction("account:set_state")
  .metadata({ name: "set account state" })
  .inputSchema(change)
  .action(async ({ parsedInput, ctx }) => {
    await setAccountStateCommand(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });
