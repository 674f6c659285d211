import { randomBytes, randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { collateralPosition, type IssuanceState, issuance } from "@/db/schema/collateral";
import { wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { submitApproval } from "@/lib/approvals/commands/submit-approval";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { approvalAboveMicros, cashClass, smallestConversionMicros } from "@/lib/collateral/limits";
import { issuanceTerms } from "@/lib/collateral/queries";
import type { Terms } from "@/lib/collateral/terms";
import { decide } from "@/lib/compliance/decide";
import { AppError, invariant } from "@/lib/errors";
import { post } from "@/lib/ledger/posting";
import { conversionRequested } from "@/lib/ledger/recipes/conversion-requested";
import { bpsOfUp } from "@/lib/money/math";
import { parseAmount } from "@/lib/money/parse";
import { requireOn } from "@/lib/switches/require";

const shape = z.strictObject({
  amount: z.string(),
  /** made in the browser before the first click: the same key converts once */
  clientKey: z.string().min(8).max(100),
  /** what the preview showed; another fee now refuses */
  expectedFeeMicros: z
    .string()
    .regex(/^\d{1,30}$/)
    .optional(),
});

export type Conversion = {
  issuanceId: string;
  state: IssuanceState;
  grossMicros: bigint;
  feeMicros: bigint;
  approvalId: string | null;
};

const randomId = (): Hex => `0x${randomBytes(32).toString("hex")}`;

/** Sets dollars aside and asks for tokens against them. Above the limit it waits for a second person. */
export async function convertDollars(
  ctx: CommandContext,
  raw: unknown,
  readTerms: () => Promise<Terms> = issuanceTerms,
): Promise<Conversion> {
  requirePermission(ctx.actor, "issuance:request");
  if (ctx.actor.kind !== "customer" || !ctx.actor.walletId) throw new AppError("not_allowed");
  const { profileId, walletId } = ctx.actor;
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const { clientKey, expectedFeeMicros } = parsed.data;
  const grossMicros = parseAmount(parsed.data.amount);
  if (grossMicros < smallestConversionMicros) throw new AppError("amount_too_small");

  const known = await alreadyAsked(ctx.db, { profileId, clientKey, grossMicros });
  if (known) return known;

  const terms = await readTerms();
  if (terms.isPaused) throw new AppError("under_review");
  if (terms.isStale) throw new AppError("reserve_stale");
  const feeMicros = bpsOfUp(grossMicros, terms.issuanceFeeBps);
  if (expectedFeeMicros !== undefined && BigInt(expectedFeeMicros) !== feeMicros)
    throw new AppError("amount_changed", { feeMicros: feeMicros.toString() });

  return inTransaction(ctx.db, async (tx) => {
    await tx.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`convert:${profileId}:${clientKey}`}, 0))`,
    );
    const meanwhile = await alreadyAsked(tx, { profileId, clientKey, grossMicros });
    if (meanwhile) return meanwhile;
    await requireOn(tx, "issue");
    await requireOn(tx, "mint");
    await decide(tx, ctx, { command: "convert-dollars", profileId, amountMicros: grossMicros });
    const address = await requireVerified(tx, { profileId, walletId });

    const id = randomUUID();
    const approvalId =
      grossMicros > approvalAboveMicros
        ? await submitApproval(tx, ctx, {
            kind: "issuance_above_limit",
            subject: `issuance:${id}`,
            payload: {
              issuanceId: id,
              profileId,
              wallet: address,
              grossMicros: grossMicros.toString(),
              feeMicros: feeMicros.toString(),
            },
          })
        : null;
    const state = approvalId ? "awaiting_approval" : "requested";
    const [position] = await tx
      .insert(collateralPosition)
      .values({
        positionId: randomId(),
        profileId,
        class: cashClass,
        origin: "exchange",
        marketMicros: grossMicros,
        lendableMicros: grossMicros,
        costMicros: grossMicros,
      })
      .returning({ id: collateralPosition.id });
    invariant(position, "an insert answers its row");
    await tx.insert(issuance).values({
      id,
      issuanceId: randomId(),
      positionRowId: position.id,
      profileId,
      walletId,
      clientKey,
      state,
      grossMicros,
      feeMicros,
      approvalId,
      requestId: ctx.requestId,
    });
    await post(tx, {
      ...conversionRequested({ issuanceId: id, profileId, grossMicros }),
      actor: ctx.actor,
      requestId: ctx.requestId,
    });
    await recordAudit(tx, ctx, {
      command: "convert-dollars",
      subject: `issuance:${id}`,
      permission: "issuance:request",
      detail: { grossMicros: grossMicros.toString(), feeMicros: feeMicros.toString(), approvalId },
    });
    return { issuanceId: id, state, grossMicros, feeMicros, approvalId };
  });
}

async function alreadyAsked(
  db: Tx | CommandContext["db"],
  asked: { profileId: string; clientKey: string; grossMicros: bigint },
): Promise<Conversion | undefined> {
  const [row] = await db
    .select()
    .from(issuance)
    .where(and(eq(issuance.profileId, asked.profileId), eq(issuance.clientKey, asked.clientKey)));
  if (!row) return undefined;
  if (row.grossMicros !== asked.grossMicros) throw new AppError("idempotency_conflict");
  const { id: issuanceId, state, grossMicros, feeMicros, approvalId } = row;
  return { issuanceId, state, grossMicros, feeMicros, approvalId };
}

/** Never verified is its own answer; expired, held and frozen share one. */
async function requireVerified(tx: Tx, own: { profileId: string; walletId: string }) {
  const [row] = await tx
    .select({
      status: wallet.status,
      address: wallet.address,
      isExpired: sql<boolean>`${wallet.expiresAt} <= bank.now()`,
    })
    .from(wallet)
    .where(and(eq(wallet.id, own.walletId), eq(wallet.profileId, own.profileId)));
  if (!row) throw new AppError("not_found");
  if (row.status === "new" || row.status === "registering") throw new AppError("not_verified");
  if (row.status !== "verified" || row.isExpired) throw new AppError("under_review");
  return row.address;
}
