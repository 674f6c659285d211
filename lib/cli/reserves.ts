import { dbFor } from "@/db/client";
import { table } from "@/lib/cli/table";
import type { Verbs } from "@/lib/cli/verb";
import { type ReservePosition, type Reserves, reservePositions, reservesNow } from "@/lib/collateral/queries";
import { formatAmount } from "@/lib/money/format";
import { formatDuration } from "@/lib/time/duration";

type Report = Omit<Reserves, "asOf" | "attestedAt"> & {
  asOf: string;
  attestedAt: string | null;
  attestationAgeSeconds: number | null;
  covered: boolean;
  positions: ReservePosition[];
};

export const verbs: Verbs = {
  report: {
    summary: "What the bank holds against what it owes, by class and by position, with the attestation's age",
    needs: "bank",
    async run(): Promise<Report> {
      const db = dbFor("readonly");
      const [now, positions] = await Promise.all([reservesNow(db), reservePositions(db)]);
      return {
        ...now,
        asOf: now.asOf.toISOString(),
        attestedAt: now.attestedAt?.toISOString() ?? null,
        attestationAgeSeconds: now.attestedAt
          ? Math.floor((now.asOf.getTime() - now.attestedAt.getTime()) / 1000)
          : null,
        covered: now.lendableMicros >= now.supplyMicros,
        positions,
      };
    },
    show: (report: Report) =>
      [
        table(
          ["class", "positions", "market", "lendable"],
          [
            ...report.byClass.map((row) => [
              String(row.class),
              String(row.positions),
              formatAmount(row.marketMicros),
              formatAmount(row.lendableMicros),
            ]),
            [
              "total",
              String(report.positions.length),
              formatAmount(report.marketMicros),
              formatAmount(report.lendableMicros),
            ],
          ],
          { right: [1, 2, 3] },
        ),
        `Owed in tokens ${formatAmount(report.supplyMicros)}, in dollar accounts ${formatAmount(report.depositsMicros)}.`,
        report.covered ? "Every token is covered." : "The reserve does NOT cover every token.",
        report.attestationAgeSeconds === null
          ? "The valuer has attested nothing yet."
          : `Attested ${formatDuration(report.attestationAgeSeconds)} ago${report.stale ? ": too old" : ""}.`,
      ].join("\n"),
  },
};
