/** The dollar rail. Amounts are whole cents; the bank keeps what is below a cent. */
export interface Ach {
  /** collects dollars from the customer's outside account; the same key never collects twice */
  debit(transfer: AchTransfer): Promise<AchOutcome>;
  /** pays dollars to the customer's outside account; the same key never pays twice */
  credit(transfer: AchTransfer): Promise<AchOutcome>;
}

export interface AchTransfer {
  key: string;
  amountCents: bigint;
}

export type AchOutcome =
  | { status: "settled"; reference: string; settledAt: Date }
  | { status: "pending"; reference: string }
  | { status: "returned"; reference: string; reason: string };
