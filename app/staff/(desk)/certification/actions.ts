"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { staffAction } from "@/lib/auth/action-clients";
import { applyForCertification } from "@/lib/validators/commands/apply-for-certification";
import { approveCertification } from "@/lib/validators/commands/approve-certification";
import { checkCertification } from "@/lib/validators/commands/check-certification";
import { refuseCertification } from "@/lib/validators/commands/refuse-certification";
import { reinstateOperator } from "@/lib/validators/commands/reinstate-operator";
import { renewCertification } from "@/lib/validators/commands/renew-certification";
import { revokeCertification } from "@/lib/validators/commands/revoke-certification";

const reason = z.string().max(500);
const certificationId = z.uuid();
const operatorId = z.number().int().min(1).max(127);
const day = z.string().max(40);
const hex = z.string().max(66);

const application = z.strictObject({
  kind: z.literal("validator"),
  name: z.string().max(80),
  controller: hex,
  ownerHash: hex,
  affiliated: z.boolean(),
  signer: hex,
  node: hex,
  evidence: z
    .array(z.strictObject({ kind: z.string().max(20), digest: hex, title: z.string().max(120) }))
    .max(20),
});

export const takeApplication = staffAction("certification:apply")
  .metadata({ name: "take application for certification" })
  .inputSchema(application)
  .action(async ({ parsedInput, ctx }) => {
    const made = await applyForCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
    return made;
  });

export const checkApplication = staffAction("certification:check")
  .metadata({ name: "check application for certification" })
  .inputSchema(
    z.strictObject({
      certificationId,
      name: z.string().max(20),
      outcome: z.enum(["passed", "failed"]),
      note: reason.optional(),
    }),
  )
  .action(async ({ parsedInput, ctx }) => {
    await checkCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });

export const askToCertify = staffAction("certification:ask")
  .metadata({ name: "ask to certify" })
  .inputSchema(z.strictObject({ certificationId, certifiedUntil: day, reason }))
  .action(async ({ parsedInput, ctx }) => {
    await approveCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });

export const refuseApplication = staffAction("certification:ask")
  .metadata({ name: "refuse application for certification" })
  .inputSchema(z.strictObject({ certificationId, why: reason }))
  .action(async ({ parsedInput, ctx }) => {
    await refuseCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });

export const askToRenew = staffAction("certification:ask")
  .metadata({ name: "ask to renew certificate" })
  .inputSchema(z.strictObject({ operatorId, certifiedUntil: day, affiliated: z.boolean(), reason }))
  .action(async ({ parsedInput, ctx }) => {
    await renewCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });

export const askToRevoke = staffAction("certification:revoke")
  .metadata({ name: "ask to revoke certificate" })
  .inputSchema(z.strictObject({ operatorId, reason }))
  .action(async ({ parsedInput, ctx }) => {
    await revokeCertification(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });

export const askToReinstate = staffAction("certification:ask")
  .metadata({ name: "ask to reinstate operator" })
  .inputSchema(z.strictObject({ operatorId, reason }))
  .action(async ({ parsedInput, ctx }) => {
    await reinstateOperator(ctx.command, parsedInput);
    revalidatePath("/staff", "layout");
  });
