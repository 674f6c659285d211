import { PayoutSplit } from "@/components/charts/payout-split";
import { cn } from "@/components/ui/cn";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { exampleNow } from "./public-figures";

/** Ten dollars on their way to somebody's wallet, line by line, wherever the public pages show it. */
export async function ExamplePayout({ className }: { className?: string }) {
  const t = translator("public.steps");
  const example = await exampleNow();
  return (
    <div className={cn("border border-rule bg-raised p-5 sm:p-7", className)}>
      <PayoutSplit
        caption={t("example", { gross: formatDollars(example.grossMicros), county: example.county })}
        grossLabel={t("gross")}
        netLabel={t("net")}
        grossMicros={example.grossMicros}
        netMicros={example.netMicros}
        lines={[
          { id: "fee", kind: "fee", label: t("fee"), amountMicros: example.feeMicros },
          ...example.taxes,
        ]}
      />
      <p className="mt-4 text-note text-soft">{t("exampleNote")}</p>
    </div>
  );
}
