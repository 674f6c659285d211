import { databaseError } from "@/db/transaction";

const lostCodes = new Set([
  "57P01",
  "57P02",
  "57P03",
  "08000",
  "08001",
  "08003",
  "08006",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
]);

/** Whether something failed only because Postgres was away. */
export function isLostDatabase(thrown: unknown): boolean {
  const { code } = databaseError(thrown);
  if (code && lostCodes.has(code)) return true;
  return thrown instanceof Error && /connection terminated/i.test(thrown.message);
}
