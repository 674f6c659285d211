"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { staffAction } from "@/lib/auth/action-clients";
import { setSwitch } from "@/lib/switches/commands/set-switch";

const turn = z.strictObject({ name: z.string().max(20), isOn: z.boolean(), reason: z.string().max(500) });

export const turnSwitch = staffAction("switch:set")
  .metadata({ name: "turn switch" })
  .inputSchema(turn)
  .action(async ({ parsedInput, ctx }) => {
    await setSwitch(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });
