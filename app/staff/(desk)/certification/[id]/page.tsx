import Link from "next/link";
import { notFound } from "next/navigation";
import { Banner } from "@/components/ui/banner";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { StatusChip } from "@/components/ui/status-chip";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { namesOfActors } from "@/lib/auth/queries";
import { AppError } from "@/lib/errors";
import { activeProfile, bankTime } from "@/lib/state-profile/queries";
import { formatInstant } from "@/lib/time/instant";
import { isFullyChecked } from "@/lib/validators/certification";
import { applicationById } from "@/lib/validators/register/queries";
import { ActForm } from "../act-form";
import { Acts } from "../acts";
import { applicationChips, checkWords, evidenceWords } from "../words";
import { CheckForm } from "./check-form";

export const metadata = { title: "Application" };

const standings = {
  open: { tone: "neutral", word: "Not looked at" },
  passed: { tone: "good", word: "Passed" },
  failed: { tone: "bad", word: "Failed" },
} as const;

export default async function ApplicationPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await staffPage("certification:read", `/staff/certification/${id}`);
  const found = await applicationById(ctx.actor, id, ctx.db).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === "not_found") notFound();
    throw thrown;
  });
  const { row, evidence, looks, standing, acts } = found;
  const now = await bankTime(ctx.db);
  const names = await namesOfActors(ctx, [
    row.appliedBy,
    ...looks.map(({ checkedBy }) => checkedBy),
    ...acts.flatMap(({ act, decidedBy }) => [act.askedBy, decidedBy]),
  ]);
  const nameOf = (actor: string) => names.get(actor) ?? actor.replace(/:.*/, "");
  const { timeZone } = activeProfile();
  const chip = applicationChips[row.state];
  const isOpen = row.state === "applied";
  const waits = acts.some(({ approvalState }) => approvalState === "submitted");
  const tomorrow = new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
  const mayAsk = isOpen && !waits && hasPermission(ctx.actor, "certification:ask");
  return (
    <>
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Certification", href: "/staff/certification" }, { label: row.name }]}
          />
        }
        title={row.name}
        lead="Applies to be certified as a validator."
        actions={<StatusChip tone={chip?.tone}>{chip?.word}</StatusChip>}
      />
      {row.why && <Banner className="mb-8" tone="warn" title={`Refused: ${row.why}`} />}
      <div className="grid gap-10 2xl:grid-cols-[3fr_2fr]">
        <div className="space-y-10">
          <Section
            title="Checks"
            lead="All six must have passed. A later look counts instead of an earlier one."
          >
            <ul className="border-y border-rule">
              {(Object.keys(standing) as (keyof typeof standing)[]).map((name) => {
                const last = looks.findLast((look) => look.name === name);
                const { tone, word } = standings[standing[name]];
                return (
                  <li key={name} className="border-rule py-4 not-first:border-t">
                    <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
                      <h3 className="font-semibold">{checkWords[name].title}</h3>
                      <StatusChip tone={tone}>{word}</StatusChip>
                    </div>
                    <p className="text-soft">{checkWords[name].look}</p>
                    {last && (
                      <p className="mt-1 text-note text-soft">
                        {nameOf(last.checkedBy)}, {formatInstant(last.at, timeZone)}
                        {last.note && `: ${last.note}`}
                      </p>
                    )}
                    {isOpen && hasPermission(ctx.actor, "certification:check") && (
                      <CheckForm certificationId={row.id} name={name} title={checkWords[name].title} />
                    )}
                  </li>
                );
              })}
            </ul>
          </Section>
          {acts.length > 0 && (
            <Section title="Acts">
              <Acts acts={acts} names={names} timeZone={timeZone} />
            </Section>
          )}
        </div>
        <div className="space-y-10">
          <Section title="Decide">
            {mayAsk ? (
              <div className="space-y-3">
                {!isFullyChecked(standing) && (
                  <p className="text-soft">Certifying can be asked for once every check has passed.</p>
                )}
                <div className="flex flex-wrap gap-3">
                  {isFullyChecked(standing) && (
                    <ActForm act="certify" certificationId={row.id} tomorrow={tomorrow} />
                  )}
                  <ActForm act="refuse" certificationId={row.id} tomorrow={tomorrow} />
                </div>
              </div>
            ) : (
              <p className="text-soft">
                {waits
                  ? "A second person is asked. See Approvals."
                  : isOpen
                    ? "Your role may look at this and not decide it."
                    : "This has been decided."}
              </p>
            )}
          </Section>
          <Section title="What it says of itself">
            <DefinitionList
              items={[
                { term: "House", value: row.affiliated ? "The bank's, or an affiliate" : "Independent" },
                { term: "Wallet", value: <Copyable value={row.controller} what="wallet" shorten /> },
                { term: "Owner, sealed", value: <Copyable value={row.ownerHash} what="owner" shorten /> },
                { term: "Signs with", value: <Copyable value={row.signer} what="signing key" shorten /> },
                { term: "Makes blocks with", value: <Copyable value={row.node} what="node key" shorten /> },
                {
                  term: "Applied",
                  value: formatInstant(row.appliedAt, timeZone),
                  note: nameOf(row.appliedBy),
                },
              ]}
            />
          </Section>
          <Section title="Documents" lead="Named by their SHA-256; compare it with the file you were given.">
            <DefinitionList
              items={evidence.map((one) => ({
                term: evidenceWords[one.kind],
                value: one.title,
                note: <Copyable value={one.digest} what="digest" shorten />,
              }))}
            />
          </Section>
        </div>
      </div>
    </>
  );
}
