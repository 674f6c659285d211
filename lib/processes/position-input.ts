import { z } from "zod";

const bytes32 = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase() as `0x${string}`);
const uint = (bits: bigint) =>
  z
    .string()
    .regex(/^\d{1,39}$/)
    .transform(BigInt)
    .refine((value) => value < 1n << bits);

/** A position with its document, as custodian and valuer are asked about it. */
export const positionRequest = z.strictObject({
  document: z.strictObject({
    positionId: bytes32,
    class: z.number().int().min(0).max(10),
    asset: z.string().min(1).max(200),
    quantity: z.string().regex(/^\d{1,39}$/),
    unit: z.string().min(1).max(40),
    reference: z.string().min(1).max(100),
  }),
  position: z.strictObject({
    positionId: bytes32,
    class: z.number().int().min(0).max(10),
    marketValue: uint(128n),
    lendableValue: uint(128n),
    receiptHash: bytes32,
    asOf: uint(64n),
    expiresAt: uint(64n),
  }),
});

export const releaseRequest = z.strictObject({
  releaseId: bytes32,
  positionIds: z.array(bytes32).min(1).max(200),
  amounts: z.array(uint(128n)).min(1).max(200),
});
