import { dbFor } from "@/db/client";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { type EpochRow, epochClock, recentEpochs } from "@/lib/epochs/queries";
import { formatAmount } from "@/lib/money/format";

export const verbs: Verbs = {
  list: {
    summary: "The last epochs, newest first, with what each validator said",
    usage: "[--last 20]",
    needs: "bank",
    async run({ options }): Promise<EpochRow[]> {
      const last = Number(options.last ?? 20);
      if (!Number.isInteger(last) || last < 1 || last > 10_000)
        throw new BadInput("--last takes a whole number from 1 to 10000.");
      return recentEpochs(last, dbFor("readonly"));
    },
    show: (rows: EpochRow[]) =>
      table(
        ["epoch", "state", "collected", "distributed", "supply", "signed", "proposed"],
        rows.map((row) => [
          row.number.toString(),
          row.state,
          formatAmount(row.collectedMicros),
          formatAmount(row.distributedMicros),
          formatAmount(row.supplyMicros),
          String(row.verdicts.length),
          row.proposedAt.toISOString().slice(0, 16).replace("T", " "),
        ]),
        { right: [0, 2, 3, 4, 5] },
      ),
  },
  now: {
    summary: "Where the bank stands between two epochs, live from the chain",
    needs: "bank",
    run: () => epochClock(),
  },
};
