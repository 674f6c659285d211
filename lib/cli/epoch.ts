import { createReadStream, readFileSync } from "node:fs";
import { dbFor } from "@/db/client";
import { deployment } from "@/lib/chain/deployment";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { booksLeadTo } from "@/lib/epochs/build/queries";
import { type EpochRow, epochClock, recentEpochs } from "@/lib/epochs/queries";
import { batchLines } from "@/lib/epochs/verify/read-lines";
import { nothingToCompare, readRoots } from "@/lib/epochs/verify/roots";
import { type EpochVerdict, verifyEpoch } from "@/lib/epochs/verify/verify-epoch";
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
  books: {
    summary:
      "Whether the books lead to the epoch that was signed last, or were restored to a moment before it",
    needs: "bank",
    run: async () => booksLeadTo(dbFor("readonly"), deployment().chainId),
    show: ({ last, to }: Awaited<ReturnType<typeof booksLeadTo>>) =>
      to === last
        ? `The books lead to epoch ${last}, which was signed last.`
        : to === undefined
          ? `Epoch ${last} was signed last; the books lead to no epoch that was signed.`
          : `Epoch ${last} was signed last; the books lead only to epoch ${to}. Validators refuse what follows until their operators agree:\n\n  npm run validator -- --config operator.json --agree-restore ${last}:${to}`,
  },
  verify: {
    summary:
      "Recomputes an epoch from its batch: no bank, no database, no chain; exit 0 right, 1 refused, 2 unreadable, 3 not all was compared",
    usage: "<file> [--roots roots.json]",
    async run({ args: [file], options }): Promise<EpochVerdict> {
      if (!file) throw new BadInput("epoch verify takes the file of a batch.");
      if (options.roots === true) throw new BadInput("--roots takes a file.");
      const against = options.roots === undefined ? nothingToCompare : readRoots(jsonOf(options.roots));
      let verdict: EpochVerdict;
      try {
        verdict = await verifyEpoch(batchLines(createReadStream(file, { highWaterMark: 1 << 20 })), against);
      } catch (error) {
        if (!("syscall" in (error as object))) throw error;
        throw new BadInput(`${file} cannot be read: ${(error as Error).message}.`);
      }
      const isAllCompared = Object.values(verdict.compared).every((one) => one);
      process.exitCode = verdict.ok ? (isAllCompared ? 0 : 3) : 1;
      return verdict;
    },
  },
};

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new BadInput(`${file} is not a JSON document: ${(error as Error).message}.`);
  }
}
