import { randomUUID } from "node:crypto";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { certificationAct } from "@/db/schema/certification";
import { outboxIntent } from "@/db/schema/chain";
import { approval } from "@/db/schema/control";
import { submitApproval } from "@/lib/approvals/commands/submit-approval";
import type { ApprovalPayload } from "@/lib/approvals/payload";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";

type Act = Pick<typeof certificationAct.$inferInsert, "kind" | "reason"> &
  Partial<
    Pick<
      typeof certificationAct.$inferInsert,
      | "certificationId"
      | "operatorId"
      | "controller"
      | "ownerHash"
      | "affiliated"
      | "certifiedUntil"
      | "orderHash"
    >
  >;

/** The whole act as the second person sees it; what is carried out is compared with it. */
export const payloadOfAct = (
  act: Pick<typeof certificationAct.$inferSelect, "id"> & Act,
  name: string,
): ApprovalPayload => {
  const { kind, operatorId, controller, ownerHash, affiliated, orderHash, reason } = act;
  const certifiedUntil = act.certifiedUntil?.toISOString();
  const said = { operatorId, controller, ownerHash, affiliated, certifiedUntil, orderHash };
  const isSaid = ([, value]: [string, unknown]) => value !== undefined && value !== null;
  return {
    act: kind,
    name,
    reason,
    ...Object.fromEntries(Object.entries(said).filter(isSaid)),
    actId: act.id,
  };
};

/** Asks a second person for what the certifier's key shall do; one such act about one operator waits at a time. */
export async function askCertificationAct(
  tx: Tx,
  ctx: CommandContext,
  { name, ...act }: Act & { name: string },
): Promise<{ actId: string; approvalId: string }> {
  const subject = act.certificationId
    ? `certification:${act.certificationId}`
    : `operator:${act.operatorId ?? ""}`;
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`);
  const waiting = and(eq(approval.subject, subject), eq(approval.state, "submitted"));
  const underWay = await tx
    .select({ id: certificationAct.id })
    .from(certificationAct)
    .innerJoin(outboxIntent, eq(outboxIntent.id, certificationAct.intentId))
    .where(
      and(
        act.operatorId
          ? eq(certificationAct.operatorId, act.operatorId)
          : eq(certificationAct.certificationId, act.certificationId as string),
        inArray(outboxIntent.state, ["queued", "signed", "sent", "mined"]),
      ),
    )
    .limit(1);
  if ((await tx.$count(approval, waiting)) > 0 || underWay.length > 0) throw new AppError("conflict");
  const id = randomUUID();
  const approvalId = await submitApproval(tx, ctx, {
    kind: `certification_${act.kind}`,
    subject,
    payload: payloadOfAct({ id, ...act }, name),
  });
  await tx.insert(certificationAct).values({ id, ...act, approvalId, askedBy: actorName(ctx.actor) });
  await recordAudit(tx, ctx, {
    command: `ask-to-${act.kind}`,
    subject,
    permission: "certification:ask",
    detail: { actId: id, approvalId, reason: act.reason },
  });
  return { actId: id, approvalId };
}
