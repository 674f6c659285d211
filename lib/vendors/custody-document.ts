import { createHash } from "node:crypto";
import type { Hex } from "viem";

/**
 * What is held, in words that the custodian receipts and the valuer values. Its SHA-256 is the position's receiptHash.
 * No personal data: `reference` is the rail's or vault's own number.
 */
export interface CustodyDocument {
  positionId: Hex;
  class: number;
  /** what it is, such as "US dollars in the bank's custody account" */
  asset: string;
  /** in the asset's smallest unit, decimal digits */
  quantity: string;
  unit: string;
  reference: string;
}

/** The fields that CustodyReceipt and Valuation share; amounts in micros. */
export interface PositionContent {
  positionId: Hex;
  class: number;
  marketValue: bigint;
  lendableValue: bigint;
  receiptHash: Hex;
  asOf: bigint;
  expiresAt: bigint;
}

const order = ["positionId", "class", "asset", "quantity", "unit", "reference"] as const;

export function receiptHash(document: CustodyDocument): Hex {
  const canonical = JSON.stringify(order.map((field) => String(document[field])));
  return `0x${createHash("sha256").update(canonical).digest("hex")}`;
}
