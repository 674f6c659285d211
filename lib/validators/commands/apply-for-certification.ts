import { and, eq, inArray, ne, or } from "drizzle-orm";
import { type Address, isAddress } from "viem";
import { z } from "zod";
import type { Tx } from "@/db/client";
import {
  certification,
  certificationEvidence,
  certificationKinds,
  evidenceKinds,
} from "@/db/schema/certification";
import { operator } from "@/db/schema/chain";
import { wallet } from "@/db/schema/customers";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import { actorName, type CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import { validatorRegistryAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/);
const anAddress = z
  .string()
  .refine((text) => isAddress(text, { strict: false }))
  .transform((text) => text.toLowerCase() as Address);

const shape = z.strictObject({
  kind: z.enum(certificationKinds),
  name: z.string().trim().min(3).max(80),
  controller: anAddress,
  ownerHash: bytes32,
  affiliated: z.boolean(),
  signer: anAddress,
  node: anAddress,
  evidence: z
    .array(
      z.strictObject({
        kind: z.enum(evidenceKinds),
        digest: bytes32,
        title: z.string().trim().min(3).max(120),
      }),
    )
    .max(20),
});
type Asked = z.infer<typeof shape>;

/** Whose key it is or was on chain; zero for nobody's. */
const onChain = (key: Address): Promise<number> =>
  publicClient().readContract({
    address: deployment().contracts.validatorRegistry,
    abi: validatorRegistryAbi,
    functionName: "operatorOfKey",
    args: [key],
  });

/**
 * An operator asks to be certified: from its own wallet, or a clerk takes it down. Documents are named by digest.
 * One beneficial owner asks once, and no key serves twice, not even one that was given up.
 */
export async function applyForCertification(
  ctx: CommandContext,
  raw: unknown,
  operatorOfKey: (key: Address) => Promise<number> = onChain,
): Promise<{ certificationId: string }> {
  requirePermission(ctx.actor, "certification:apply");
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const asked = parsed.data;
  const missing = evidenceKinds.filter((kind) => !asked.evidence.some((one) => one.kind === kind));
  if (missing.length > 0) throw new AppError("evidence_missing", { missing: missing.join(", ") });
  if (asked.signer === asked.node) throw new AppError("key_taken");
  for (const key of [asked.signer, asked.node])
    if ((await operatorOfKey(key)) !== 0) throw new AppError("key_taken");

  return inTransaction(ctx.db, async (tx) => {
    await requireOwnWallet(tx, ctx, asked.controller);
    await requireNewOwner(tx, asked);
    await requireNewKeys(tx, asked);
    const { evidence, ...row } = asked;
    const [made] = await tx
      .insert(certification)
      .values({
        ...row,
        ownerHash: row.ownerHash as `0x${string}`,
        appliedBy: actorName(ctx.actor),
        requestId: ctx.requestId,
      })
      .onConflictDoNothing()
      .returning({ id: certification.id });
    if (!made) throw new AppError("owner_taken");
    await tx.insert(certificationEvidence).values(
      evidence.map(({ digest, ...one }) => ({
        ...one,
        digest: digest as `0x${string}`,
        certificationId: made.id,
      })),
    );
    await recordAudit(tx, ctx, {
      command: "apply-for-certification",
      subject: `certification:${made.id}`,
      permission: "certification:apply",
      detail: { kind: asked.kind, ownerHash: asked.ownerHash, affiliated: asked.affiliated },
    });
    return { certificationId: made.id };
  });
}

/** A customer speaks for the wallet they own; staff take down what an operator brought. */
async function requireOwnWallet(tx: Tx, { actor }: CommandContext, controller: Address): Promise<void> {
  if (actor.kind !== "customer") return;
  const own = and(
    eq(wallet.profileId, actor.profileId),
    eq(wallet.chainId, env.chainId),
    eq(wallet.address, controller),
  );
  if ((await tx.$count(wallet, own)) === 0) throw new AppError("not_allowed");
}

async function requireNewOwner(tx: Tx, { ownerHash, controller }: Asked): Promise<void> {
  const standing = and(
    eq(operator.chainId, env.chainId),
    ne(operator.state, "exited"),
    or(eq(operator.ownerHash, ownerHash as `0x${string}`), eq(operator.controller, controller)),
  );
  if ((await tx.$count(operator, standing)) > 0) throw new AppError("owner_taken");
}

async function requireNewKeys(tx: Tx, { signer, node }: Asked): Promise<void> {
  const keys = [signer, node];
  const either = (one: typeof operator | typeof certification) =>
    or(inArray(one.signer, keys), inArray(one.node, keys));
  const taken =
    (await tx.$count(operator, and(eq(operator.chainId, env.chainId), either(operator)))) +
    (await tx.$count(certification, and(ne(certification.state, "refused"), either(certification))));
  if (taken > 0) throw new AppError("key_taken");
}
