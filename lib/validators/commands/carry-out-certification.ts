import { asc, eq } from "drizzle-orm";
import { encodeFunctionData, type Hex } from "viem";
import type { Tx } from "@/db/client";
import { certification, certificationAct, certificationCheck, checkNames } from "@/db/schema/certification";
import type { ApprovalPayload } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { validatorRegistryAbi } from "@/lib/chain/abi";
import { deployment } from "@/lib/chain/deployment";
import { enqueue } from "@/lib/chain/outbox";
import { AppError, invariant } from "@/lib/errors";
import { isFullyChecked, standingOfChecks } from "@/lib/validators/certification";
import { payloadOfAct } from "@/lib/validators/commands/ask-certification-act";

type Act = typeof certificationAct.$inferSelect;

/** The second person said yes: the certifier's key is asked for exactly what both of them saw. */
export async function carryOutCertification(
  tx: Tx,
  ctx: CommandContext,
  payload: ApprovalPayload,
): Promise<void> {
  const [act] = await tx
    .select()
    .from(certificationAct)
    .where(eq(certificationAct.id, String(payload.actId)))
    .for("no key update");
  if (!act || act.intentId) throw new AppError("conflict");
  const seen = payloadOfAct(act, String(payload.name));
  const names = new Set([...Object.keys(seen), ...Object.keys(payload)]);
  const isSame = [...names].every((key) => seen[key] === payload[key]);
  if (!isSame) throw new AppError("approval_changed");
  if (act.kind === "approve") await approveApplication(tx, act);
  const intentId = await enqueue(tx, {
    kind: `certification.${act.kind}`,
    businessKey: `certification:${act.id}`,
    sender: "certifier",
    to: deployment().contracts.validatorRegistry,
    data: callOf(act),
    requestId: ctx.requestId,
  });
  await tx.update(certificationAct).set({ intentId }).where(eq(certificationAct.id, act.id));
  await recordAudit(tx, ctx, {
    command: `carry-out-${act.kind}`,
    subject: act.certificationId
      ? `certification:${act.certificationId}`
      : `operator:${act.operatorId ?? ""}`,
    permission: "approval:decide",
    detail: { actId: act.id, intentId },
  });
}

async function approveApplication(tx: Tx, act: Act): Promise<void> {
  const certificationId = act.certificationId as string;
  const [row] = await tx
    .select()
    .from(certification)
    .where(eq(certification.id, certificationId))
    .for("no key update");
  if (row?.state !== "applied") throw new AppError("conflict");
  const looks = await tx
    .select()
    .from(certificationCheck)
    .where(eq(certificationCheck.certificationId, certificationId))
    .orderBy(asc(certificationCheck.id));
  if (!isFullyChecked(standingOfChecks(checkNames, looks))) throw new AppError("checks_open");
  const isSame =
    row.controller === act.controller && row.ownerHash === act.ownerHash && row.affiliated === act.affiliated;
  if (!isSame) throw new AppError("approval_changed");
  await tx.update(certification).set({ state: "approved" }).where(eq(certification.id, certificationId));
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

function callOf({ kind, ...act }: Act): Hex {
  const abi = validatorRegistryAbi;
  const { operatorId, controller, ownerHash, affiliated, certifiedUntil, orderHash } = act;
  if (kind === "approve") {
    invariant(controller && ownerHash && affiliated !== null && certifiedUntil, "an approval says for whom");
    const args = [controller, ownerHash, affiliated, seconds(certifiedUntil)] as const;
    return encodeFunctionData({ abi, functionName: "approve", args });
  }
  invariant(operatorId, "an act after the first names its operator");
  if (kind === "renew") {
    invariant(affiliated !== null && certifiedUntil, "a renewal says until when");
    const args = [operatorId, affiliated, seconds(certifiedUntil)] as const;
    return encodeFunctionData({ abi, functionName: "certify", args });
  }
  if (kind === "reinstate") return encodeFunctionData({ abi, functionName: "reinstate", args: [operatorId] });
  invariant(orderHash, "a revocation names its order");
  return encodeFunctionData({ abi, functionName: "revoke", args: [operatorId, orderHash] });
}
