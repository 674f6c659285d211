import type { Metadata } from "next";
import { WheatSheaf } from "@/components/art/wheat-sheaf";
import { PageHeader } from "@/components/ui/page-header";
import { Table } from "@/components/ui/table";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { formatDuration } from "@/lib/time/duration";
import { ExamplePayout } from "../example-payout";

export function generateMetadata(): Metadata {
  return { title: translator("public.nav")("rewards") };
}

const questions = ["from", "when", "tax", "yours", "choose"] as const;
const rules = ["rule1", "rule2", "rule3", "rule4"] as const;

export default function AboutRewardsPage() {
  const profile = activeProfile();
  const t = translator("public.rewards");
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
          <ExamplePayout />
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
            {
              id: "says",
              head: t("says"),
              cell: (rule) => t(`${rule}Says`),
              className: "max-sm:block max-sm:text-left",
            },
            { id: "taken", head: t("taken"), cell: () => t("date"), className: "whitespace-nowrap" },
          ]}
        />
      </section>
    </div>
  );
}
