"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { customerAction } from "@/lib/auth/action-clients";
import { convertDollars as convertDollarsCommand } from "@/lib/collateral/commands/convert-dollars";
import { prepareRedemption as prepareRedemptionCommand } from "@/lib/collateral/commands/prepare-redemption";
import { bringDollars as bringDollarsCommand } from "@/lib/transfers/commands/bring-dollars";
import { sendDollars as sendDollarsCommand } from "@/lib/transfers/commands/send-dollars";

const amountForm = z.strictObject({ amount: z.string().max(400), clientKey: z.uuid() });

export const bringDollars = customerAction
  .metadata({ name: "bring dollars" })
  .inputSchema(amountForm)
  .action(async ({ ctx, parsedInput }) => {
    const { state } = await bringDollarsCommand(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { state };
  });

export const sendDollars = customerAction
  .metadata({ name: "send dollars" })
  .inputSchema(amountForm)
  .action(async ({ ctx, parsedInput }) => {
    const { state } = await sendDollarsCommand(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { state };
  });

export const convertDollars = customerAction
  .metadata({ name: "convert dollars" })
  .inputSchema(amountForm.extend({ expectedFeeMicros: z.string().regex(/^\d{1,38}$/) }))
  .action(async ({ ctx, parsedInput }) => {
    const { issuanceId } = await convertDollarsCommand(ctx.command, parsedInput);
    revalidatePath("/stake", "layout");
    return { issuanceId };
  });

export const prepareRedemption = customerAction
  .metadata({ name: "prepare redemption" })
  .inputSchema(amountForm)
  .action(async ({ ctx, parsedInput }) => {
    const { redemptionId } = await prepareRedemptionCommand(ctx.command, parsedInput);
    return { redemptionId };
  });
