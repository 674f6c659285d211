"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { publicAction } from "@/lib/auth/action-clients";
import { askInsider } from "@/lib/cheats/commands/ask-insider";

export const playCheat = publicAction
  .metadata({ name: "play cheat" })
  .inputSchema(z.strictObject({ kind: z.string().max(20) }))
  .action(async ({ parsedInput, ctx }) => {
    await askInsider(ctx.command, parsedInput);
    revalidatePath("/try-to-cheat");
  });

export const undoCheat = publicAction
  .metadata({ name: "undo cheat" })
  .inputSchema(z.strictObject({}))
  .action(async ({ ctx }) => {
    await askInsider(ctx.command, "undo");
    revalidatePath("/try-to-cheat");
  });
