import { eq, sql } from "drizzle-orm";
import { encodeFunctionData, type Hex, recoverTypedDataAddress } from "viem";
import type { Tx } from "@/db/client";
import { collateralPosition, type IssuanceState, issuance } from "@/db/schema/collateral";
import { wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { reserveRegistryAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { enqueue } from "@/lib/chain/outbox";
import { custodyReceiptTypedData, valuationTypedData } from "@/lib/chain/typed-data";
import { cashClass, receiptValidDays } from "@/lib/collateral/limits";
import { decide } from "@/lib/compliance/decide";
import { AppError, invariant } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";
import { requireOn } from "@/lib/switches/require";
import type { Custodian } from "@/lib/vendors/custodian/contract";
import { type CustodyDocument, type PositionContent, receiptHash } from "@/lib/vendors/custody-document";
import type { Valuer } from "@/lib/vendors/valuer/contract";

type Partners = { custodian: Custodian; valuer: Valuer; deployment: Deployment };

/**
 * Has the custodian receipt and the valuer value a requested conversion's dollars, then asks the chain to record the
 * position and to mint against it. Safe to run again at any point: the partners answer the same content the same way.
 */
export async function receiptPosition(
  ctx: CommandContext,
  input: { issuanceId: string },
  { custodian, valuer, deployment }: Partners,
): Promise<{ state: IssuanceState }> {
  requirePermission(ctx.actor, "issuance:settle");
  const started = await inTransaction(ctx.db, (tx) => dateReceipt(tx, input.issuanceId));
  if (started.issuance.state !== "requested" || !started.position.asOf)
    return { state: started.issuance.state };
  failpoint("receipt.dated");

  const { document, position } = cashPosition({
    positionId: started.position.positionId,
    grossMicros: started.issuance.grossMicros,
    reference: `issuance-${started.issuance.id}`,
    asOf: started.position.asOf,
  });
  const custodianSignature = await custodian.signReceipt({ document, position });
  failpoint("receipt.custodian-signed");
  const valuerSignature = await valuer.signValuation({ document, position });
  failpoint("receipt.valuer-signed");
  const place = {
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.reserveRegistry,
    position,
  };
  const [custodianAddress, valuerAddress] = await Promise.all([
    recoverTypedDataAddress({ ...custodyReceiptTypedData(place), signature: custodianSignature }),
    recoverTypedDataAddress({ ...valuationTypedData(place), signature: valuerSignature }),
  ]);
  if (custodianAddress === valuerAddress) throw new AppError("partner_down");

  return inTransaction(ctx.db, async (tx) => {
    const { issuance: row } = await lockBoth(tx, input.issuanceId);
    if (row.state !== "requested") return { state: row.state };
    await requireOn(tx, "mint");
    await decide(tx, ctx, {
      command: "receipt-position",
      profileId: row.profileId,
      amountMicros: row.grossMicros,
    });
    await tx
      .update(collateralPosition)
      .set({
        state: "receipted",
        receiptHash: position.receiptHash,
        expiresAt: new Date(Number(position.expiresAt) * 1000),
        custodian: custodianAddress.toLowerCase() as Hex,
        custodianSignature,
        valuer: valuerAddress.toLowerCase() as Hex,
        valuerSignature,
      })
      .where(eq(collateralPosition.id, row.positionRowId));

    const [holder] = await tx.select().from(wallet).where(eq(wallet.id, row.walletId));
    invariant(holder, "an issuance has a wallet");
    const recordIntentId = await enqueue(tx, {
      kind: "position.record",
      businessKey: `position:record:${position.positionId}`,
      sender: "issuer",
      to: deployment.contracts.reserveRegistry,
      data: encodeFunctionData({
        abi: reserveRegistryAbi,
        functionName: "record",
        args: [position, custodianSignature, valuerSignature],
      }),
      requestId: row.requestId,
    });
    const mintIntentId = await enqueue(tx, {
      kind: "issuance.mint",
      businessKey: `issuance:mint:${row.issuanceId}`,
      sender: "issuer",
      to: deployment.contracts.stateToken,
      data: encodeFunctionData({
        abi: stateTokenAbi,
        functionName: "mint",
        args: [holder.address, row.grossMicros, position.positionId, row.issuanceId],
      }),
      requestId: row.requestId,
      afterIntentId: recordIntentId,
    });
    await tx
      .update(issuance)
      .set({ state: "submitted", recordIntentId, mintIntentId })
      .where(eq(issuance.id, row.id));
    await recordAudit(tx, ctx, {
      command: "receipt-position",
      subject: `issuance:${row.id}`,
      permission: "issuance:settle",
      detail: { positionId: position.positionId, custodian: custodianAddress, valuer: valuerAddress },
    });
    return { state: "submitted" };
  });
}

/** Fixes the receipt's date before anybody is asked, so that every retry asks for the same signature. */
async function dateReceipt(tx: Tx, issuanceId: string) {
  const { issuance: row, position } = await lockBoth(tx, issuanceId);
  if (row.state !== "requested" || position.asOf) return { issuance: row, position };
  const [dated] = await tx
    .update(collateralPosition)
    // A minute back, because the chain refuses dates ahead of its own clock.
    .set({ asOf: sql`date_trunc('second', bank.now()) - interval '1 minute'` })
    .where(eq(collateralPosition.id, position.id))
    .returning();
  invariant(dated, "the position is there");
  return { issuance: row, position: dated };
}

async function lockBoth(tx: Tx, issuanceId: string) {
  const [row] = await tx
    .select({ issuance, position: collateralPosition })
    .from(issuance)
    .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
    .where(eq(issuance.id, issuanceId))
    .for("no key update");
  if (!row) throw new AppError("not_found");
  return row;
}

/** What custodian and valuer are asked to sign for a customer's dollars: a dollar is worth a dollar, to the micro. */
function cashPosition(input: { positionId: Hex; grossMicros: bigint; reference: string; asOf: Date }): {
  document: CustodyDocument;
  position: PositionContent;
} {
  const { positionId, grossMicros, reference } = input;
  const asOf = BigInt(Math.floor(input.asOf.getTime() / 1000));
  const document: CustodyDocument = {
    positionId,
    class: cashClass,
    asset: "US dollars in the bank's custody account",
    quantity: grossMicros.toString(),
    unit: "1e-6 USD",
    reference,
  };
  return {
    document,
    position: {
      positionId,
      class: cashClass,
      marketValue: grossMicros,
      lendableValue: grossMicros,
      receiptHash: receiptHash(document),
      asOf,
      expiresAt: asOf + BigInt(receiptValidDays * 86_400),
    },
  };
}
