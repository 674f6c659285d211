import { z } from "zod";
import { AppError } from "@/lib/errors";
import { floorToCents } from "@/lib/money/math";
import { parseAmount } from "@/lib/money/parse";
import { largestTransferMicros } from "@/lib/transfers/limits";

const shape = z.strictObject({
  amount: z.string(),
  /** made in the browser before the first click: the same key moves money once */
  clientKey: z.string().min(8).max(100),
});

/** Rounding: down to whole cents, because rails carry no less; the rest stays where it is. */
export function parseTransfer(raw: unknown): { amountMicros: bigint; clientKey: string } {
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new AppError("invalid_input");
  const amountMicros = floorToCents(parseAmount(parsed.data.amount));
  if (amountMicros === 0n) throw new AppError("amount_too_small");
  if (amountMicros > largestTransferMicros) throw new AppError("amount_too_large");
  return { amountMicros, clientKey: parsed.data.clientKey };
}
