import { dbFor } from "@/db/client";
import { table } from "@/lib/cli/table";
import type { Verbs } from "@/lib/cli/verb";
import { type TrialBalanceRow, trialBalance, verifyLedger } from "@/lib/ledger/queries";
import { formatAmount } from "@/lib/money/format";

interface TrialBalance {
  rows: TrialBalanceRow[];
  sums: { asset: string; debitsMicros: bigint; creditsMicros: bigint }[];
  balanced: boolean;
}

export const verbs: Verbs = {
  "trial-balance": {
    summary: "Debits and credits of every class of account, and whether they agree",
    needs: "bank",
    async run(): Promise<TrialBalance> {
      const rows = await trialBalance(dbFor("readonly"));
      const sums = [...new Set(rows.map(({ asset }) => asset))].map((asset) => {
        const of = rows.filter((row) => row.asset === asset);
        return {
          asset,
          debitsMicros: of.reduce((sum, row) => sum + row.debitsMicros, 0n),
          creditsMicros: of.reduce((sum, row) => sum + row.creditsMicros, 0n),
        };
      });
      return { rows, sums, balanced: sums.every((sum) => sum.debitsMicros === sum.creditsMicros) };
    },
    show: ({ rows, sums, balanced }: TrialBalance) =>
      [
        table(
          ["class", "asset", "debits", "credits"],
          [
            ...rows.map((row) => [
              row.class,
              row.asset,
              formatAmount(row.debitsMicros),
              formatAmount(row.creditsMicros),
            ]),
            ...sums.map((sum) => [
              "total",
              sum.asset,
              formatAmount(sum.debitsMicros),
              formatAmount(sum.creditsMicros),
            ]),
          ],
          { right: [2, 3] },
        ),
        balanced ? "The books balance." : "The books do NOT balance.",
      ].join("\n"),
  },
  verify: {
    summary: "Every rule of the ledger held against what is in it",
    needs: "bank",
    async run() {
      const findings = await verifyLedger(dbFor("readonly"));
      if (findings.length > 0) process.exitCode = 1;
      return { ok: findings.length === 0, findings };
    },
    show: ({ ok, findings }: { ok: boolean; findings: string[] }) =>
      ok ? "Every rule holds." : findings.join("\n"),
  },
};
