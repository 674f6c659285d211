import type { Db, Tx } from "@/db/client";
import { AppError, type ErrorCode } from "@/lib/errors";
import { failpoint } from "@/lib/failpoint";

type DatabaseError = { code?: string; constraint?: string };

/** SQLSTATE and constraint, whether drizzle wrapped the error or not. */
export function databaseError(thrown: unknown): DatabaseError {
  const own = thrown as DatabaseError | undefined;
  if (own?.code) return own;
  return ((thrown as { cause?: unknown } | undefined)?.cause as DatabaseError | undefined) ?? {};
}

const byConstraint: Record<string, ErrorCode> = {
  account_not_below_zero: "balance_too_low",
  person_tax_number: "tax_number_in_use",
  identity_application_open: "identity_pending",
  approval_two_persons: "approval_same_person",
  wallet_chain_id_address_key: "wallet_taken",
};

const byState: Record<string, ErrorCode> = {
  GR001: "idempotency_conflict",
  "55P03": "busy",
  "57014": "busy",
  "57P01": "busy",
  "57P03": "busy",
  "53300": "busy",
  "40001": "busy",
  "40P01": "busy",
  // Postgres was not there to be asked; a connection lost in the middle leaves it open what was done, and stays a defect.
  ECONNREFUSED: "busy",
  "08001": "busy",
};

/** A refusal by the database in the bank's words; anything else stays a defect. */
export function inBankWords(thrown: unknown): unknown {
  if (thrown instanceof AppError) return thrown;
  const { code, constraint } = databaseError(thrown);
  const known = (constraint && byConstraint[constraint]) || (code && byState[code]);
  return known ? new AppError(known, undefined, { cause: thrown }) : thrown;
}

const worthRetrying = new Set(["40001", "40P01"]);

/** One transaction, tried again when Postgres had to choose a loser, refusals in the bank's words. */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await db.transaction(async (tx) => {
        const done = await work(tx);
        failpoint("command.done");
        return done;
      });
      failpoint("command.committed");
      return result;
    } catch (thrown) {
      if (attempt >= 6 || !worthRetrying.has(databaseError(thrown).code ?? "")) throw inBankWords(thrown);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}
