import type { Metadata } from "next";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { briefly } from "@/lib/chain/briefly";
import { log } from "@/lib/log";
import { translator } from "@/lib/messages/server";
import { activeProfile } from "@/lib/state-profile/queries";
import { operators } from "@/lib/validators/queries";
import { type CertificationKind, marksAgainstOperators, register } from "@/lib/validators/register/queries";
import { Entries, Kinds, Marks, Together, Unknown } from "./parts";

export function generateMetadata(): Metadata {
  return { title: translator("public.nav")("register") };
}

/** Asked once a second, whoever looks. */
const together = briefly(1_000, () => operators());

const kinds = ["validator", "wallet", "subsidiary"] as const;
const kindIn = (asked: string | string[] | undefined): CertificationKind | undefined =>
  kinds.find((kind) => kind === asked);

/** One part that cannot be read must not take the other with it. */
async function known<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (err) {
    log.error({ err }, "a part of the register could not be read");
    return null;
  }
}

export default async function RegisterPage({
  searchParams,
}: {
  searchParams: Promise<{ kind?: string | string[] }>;
}) {
  const kind = kindIn((await searchParams).kind);
  const { timeZone, tokenSymbol, bankName } = activeProfile();
  const t = translator("public.register");
  const [entries, marks, live] = await Promise.all([
    known(() => register(kind)),
    known(() => marksAgainstOperators(20)),
    known(together),
  ]);
  return (
    <div className="mx-auto max-w-page space-y-14 px-4 py-10 sm:px-6 sm:py-16">
      <div>
        <PageHeader title={t("title")} lead={t("lead", { bank: bankName })} />
        {live && <Together operators={live} symbol={tokenSymbol} />}
        <Kinds kind={kind} />
        {entries ? (
          <Entries entries={entries} kind={kind} timeZone={timeZone} symbol={tokenSymbol} />
        ) : (
          <Unknown />
        )}
      </div>
      <Section title={t("marksTitle")} lead={t("marksLead")}>
        {marks ? <Marks marks={marks} timeZone={timeZone} symbol={tokenSymbol} /> : <Unknown />}
      </Section>
    </div>
  );
}
