import Link from "next/link";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Stat } from "@/components/ui/stat";
import { staffPage } from "@/lib/auth/page";
import { hasPermission } from "@/lib/auth/permissions";
import { activeProfile } from "@/lib/state-profile/queries";
import { deskCountsNow, healthNow } from "./health-now";
import { HealthStrip } from "./health-strip";
import { Refresh } from "./refresh";

export const metadata = { title: "Today" };

export default async function TodayPage() {
  const ctx = await staffPage("operations:read", "/staff");
  const [waiting, health] = await Promise.all([deskCountsNow(), healthNow(ctx)]);
  const { epochSeconds, bankName } = activeProfile();
  const queues = [
    {
      href: "/staff/identity",
      label: "Identity applications",
      count: waiting.applications,
      note: "People who wait to be let in",
      permission: "identity:read",
    },
    {
      href: "/staff/approvals",
      label: "Approvals",
      count: waiting.approvals,
      note: "Acts that need a second person",
      permission: "approval:read",
    },
  ] as const;
  return (
    <>
      <Refresh seconds={10} />
      <PageHeader eyebrow={bankName} title="Today" lead="What waits for you, and how the bank feels." />
      <div className="space-y-12">
        <Section title="Queues">
          <ul className="grid gap-6 sm:grid-cols-2">
            {queues
              .filter(({ permission }) => hasPermission(ctx.actor, permission))
              .map(({ href, label, count, note }) => (
                <li key={href}>
                  <Link href={href} className="block border border-rule bg-raised p-5 hover:border-accent">
                    <Stat label={label} value={count} note={count === 0 ? "Nothing waits" : note} />
                  </Link>
                </li>
              ))}
          </ul>
        </Section>
        <Section
          title="Health"
          action={
            <Link href="/staff/operations" className="link">
              Operations
            </Link>
          }
        >
          <HealthStrip facts={{ ...health, epochSeconds }} />
        </Section>
      </div>
    </>
  );
}
