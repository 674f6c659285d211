import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { certification } from "@/db/schema/certification";
import { recordAudit } from "@/lib/audit/record";
import { requestIdOf } from "@/lib/audit/request-id";
import type { OperatorFact } from "@/lib/chain/facts";

type Settled = OperatorFact & { event: "Approved" | "RevokedUnderOrder" };

/** The registry has said, in a final block, which operator a certificate became, or that it is one no more. */
export async function settleCertification(tx: Tx, fact: Settled): Promise<void> {
  const isApproved = fact.event === "Approved";
  const [row] = await tx
    .update(certification)
    .set(isApproved ? { operatorId: fact.operatorId } : { state: "revoked" })
    .where(
      isApproved
        ? and(
            eq(certification.kind, "validator"),
            eq(certification.controller, fact.controller),
            eq(certification.ownerHash, fact.ownerHash),
            eq(certification.state, "approved"),
          )
        : and(eq(certification.operatorId, fact.operatorId), eq(certification.state, "approved")),
    )
    .returning({ id: certification.id });
  if (!row) return;
  const requestId = await requestIdOf(tx, fact);
  await recordAudit(
    tx,
    { actor: { kind: "system", job: "indexer" }, requestId },
    {
      command: "settle-certification",
      subject: `certification:${row.id}`,
      permission: "certification:settle",
      detail: { event: fact.event, operatorId: fact.operatorId, txHash: fact.txHash },
    },
  );
}
