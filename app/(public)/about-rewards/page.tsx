import type { Metadata } from "next";
import { WheatSheaf } from "@/components/art/wheat-sheaf";
import { PayoutSplit } from "@/components/charts/payout-split";
import { PageHeader } from "@/components/ui/page-header";
import { Table } from "@/components/ui/table";
import { translator } from "@/lib/messages/server";
import { formatDollars } from "@/lib/money/format";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { examplePayout } from "../public-figures";

export function generateMetadata(): Metadata {
  return { title: translator("public.nav")("rewards") };
}

const questions = ["from", "when", "tax", "yours", "choose"] as const;
const rules = ["rule1", "rule2", "rule3", "rule4"] as const;

export default function AboutRewardsPage() {
  const profile = activeProfile();
  const t = translator("public.rewards");
  const steps = translator("public.steps");
  const example = examplePayout(profile, new Date().getFullYear());
  return (
    <div className="mx-auto max-w-page px-4 py-10 sm:px-6 sm:py-16">
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className="grid gap-x-16 gap-y-12 lg:grid-cols-[1fr_24rem]">
        <div className="max-w-text space-y-10">
          {questions.map((question) => (
            <section key={question} aria-labelledby={question}>
              <h2 id={question} className="mb-2 font-display text-heading font-medium">
                {t(`${question}Title`)}
              </h2>
              <p>
                {t(question, {
                  period: formatDuration(profile.epochSeconds),
                  state: profile.nameInSentence,
                })}
              </p>
            </section>
          ))}
        </div>
        <aside aria-label={t("exampleTitle")} className="lg:pt-1">
          <div className="border border-rule bg-raised p-5 sm:p-6">
            <PayoutSplit
              caption={steps("example", {
                gross: formatDollars(example.grossMicros),
                county: example.county,
              })}
              grossLabel={steps("gross")}
              netLabel={steps("net")}
              grossMicros={example.grossMicros}
              netMicros={example.netMicros}
              lines={[
                { id: "fee", kind: "fee", label: steps("fee"), amountMicros: example.feeMicros },
                ...example.taxes,
              ]}
            />
            <p className="mt-4 text-note text-soft">{steps("exampleNote")}</p>
          </div>
          <WheatSheaf className="mx-auto mt-12 w-52 text-engrave max-lg:hidden" />
        </aside>
      </div>
      <section aria-labelledby="sources" className="mt-14">
        <h2 id="sources" className="mb-4 font-display text-heading font-medium">
          {t("sourceTitle")}
        </h2>
        <Table
          caption={t("sourceTitle")}
          hideCaption
          phone="stack"
          rows={rules}
          rowKey={(rule) => rule}
          columns={[
            { id: "rule", head: t("rule"), rowHead: true, cell: (rule) => t(rule), className: "sm:w-72" },
            { id: "says", head: t("says"), cell: (rule) => t(`${rule}Says`) },
            { id: "taken", head: t("taken"), cell: () => t("date"), className: "whitespace-nowrap" },
          ]}
        />
      </section>
    </div>
  );
}
