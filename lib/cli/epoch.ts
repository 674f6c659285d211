import { createReadStream, readFileSync } from "node:fs";
import { dbFor } from "@/db/client";
import { deployment } from "@/lib/chain/deployment";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { booksLeadTo } from "@/lib/epochs/build/queries";
import { type EpochRow, epochClock, recentEpochs } from "@/lib/epochs/queries";
import { type Ask, signedEpochs } from "@/lib/epochs/signed-epochs";
import {
  type CheckedLine,
  checkInclusion,
  epochsOf,
  type InclusionDocument,
  inclusionFormat,
  readInclusion,
} from "@/lib/epochs/verify/inclusion";
import type { SignedRoots } from "@/lib/epochs/verify/proof";
import { batchLines } from "@/lib/epochs/verify/read-lines";
import { nothingToCompare, readRoots, readSignedRoots } from "@/lib/epochs/verify/roots";
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
          String(row.verdicts.filter(({ verdict }) => verdict === "signed").length),
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
  prove: {
    summary:
      "Checks a customer's proof against what validators signed: no bank, no database; exit 0 proved, 1 not, 2 unreadable, 3 not final",
    usage: "<file> --rpc <a node's address> | --roots roots.json",
    async run({ args: [file], options }) {
      if (!file) throw new BadInput("epoch prove takes the file of a proof.");
      const document = readInclusion(jsonOf(file));
      if (!document) throw new BadInput(`${file} is not a proof of the form ${inclusionFormat}.`);
      const { rpc, roots } = options;
      if ((typeof rpc === "string") === (typeof roots === "string"))
        throw new BadInput("epoch prove takes either --rpc with a node's address or --roots with a file.");
      const signed = typeof rpc === "string" ? await rootsOnChain(rpc, document) : rootsIn(roots as string);
      const lines: CheckedLine[] = [];
      for await (const line of checkInclusion(document, (epoch) => signed.get(epoch))) lines.push(line);
      const count = (outcome: CheckedLine["outcome"]) =>
        lines.filter((line) => line.outcome === outcome).length;
      process.exitCode = count("differs") > 0 ? 1 : count("not_final") > 0 ? 3 : 0;
      return {
        proved: count("proved"),
        differ: count("differs"),
        notFinal: count("not_final"),
        epoch: document.epoch,
        chainId: document.chainId,
        epochManager: document.epochManager,
        lines,
      };
    },
  },
};

async function rootsOnChain(url: string, document: InclusionDocument): Promise<Map<string, SignedRoots>> {
  const ask: Ask = async (method, params) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: { message?: string } };
    if (error) throw new Error(error.message ?? "it refused to answer");
    return result;
  };
  try {
    const { epochs } = await signedEpochs(ask, {
      chainId: document.chainId,
      epochManager: document.epochManager,
      fromBlock: BigInt(document.fromBlock),
      numbers: epochsOf(document),
    });
    return epochs;
  } catch (error) {
    throw new BadInput(`The node at ${url} cannot be asked: ${(error as Error).message}.`);
  }
}

/** One epoch's roots as anybody can read them, or a list of them; what else stands there is ignored. */
function rootsIn(file: string): Map<string, SignedRoots> {
  const said = jsonOf(file);
  return new Map(
    (Array.isArray(said) ? said : [said]).map((one) => {
      const { number, entriesRoot, liabilitiesRoot, liabilities } = readSignedRoots(one);
      return [String(number), { entriesRoot, liabilitiesRoot, liabilities }];
    }),
  );
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new BadInput(`${file} is not a JSON document: ${(error as Error).message}.`);
  }
}
