import type { Customer } from "@/app/stake/customer-page";
import {
  type ConversionView,
  listConversions,
  listRedemptions,
  type RedemptionView,
} from "@/lib/collateral/queries";
import { listTransfers, type TransferRow } from "@/lib/transfers/queries";

export type Movement = {
  kind: "in" | "out" | "issuance" | "redemption";
  id: string;
  at: Date;
  amountMicros: bigint;
  state: TransferRow["state"] | ConversionView["state"] | RedemptionView["state"];
};

/** Everything that moved a customer's dollars, newest first; what was only prepared and never signed is left out. */
export async function movements(actor: Customer): Promise<Movement[]> {
  const [transfers, conversions, redemptions] = await Promise.all([
    listTransfers(actor),
    listConversions(actor),
    listRedemptions(actor),
  ]);
  const all: Movement[] = [
    ...transfers.map(({ direction, id, initiatedAt, amountMicros, state }) => ({
      kind: direction,
      id,
      at: initiatedAt,
      amountMicros,
      state,
    })),
    ...conversions.map(({ id, requestedAt, grossMicros, state }) => ({
      kind: "issuance" as const,
      id,
      at: requestedAt,
      amountMicros: grossMicros,
      state,
    })),
    ...redemptions
      .filter(({ state }) => state !== "prepared")
      .map(({ id, preparedAt, netMicros, state }) => ({
        kind: "redemption" as const,
        id,
        at: preparedAt,
        amountMicros: netMicros,
        state,
      })),
  ];
  return all.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, 50);
}
