import { redirect } from "next/navigation";
import { PageHeader } from "@/components/ui/page-header";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";
import { safeReturnPath } from "@/lib/auth/return-path";
import { currentActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { seedStaff } from "@/lib/seed/people";
import { activeProfile } from "@/lib/state-profile/queries";
import { SignInForm } from "./sign-in-form";

export const metadata = { title: "Staff sign-in" };

type Search = { searchParams: Promise<{ to?: string; error?: string }> };

export default async function SignInPage({ searchParams }: Search) {
  const { to, error } = await searchParams;
  const returnTo = safeReturnPath(to, "/staff");
  const actor = await currentActor();
  if (actor.kind === "staff") redirect(returnTo);
  const { bankName } = activeProfile();
  return (
    <main id="content" className="mx-auto w-full max-w-xl px-4 py-12 sm:px-6 sm:py-20">
      <PageHeader eyebrow={bankName} title="Staff sign-in" lead="For people who work at the bank." />
      {actor.kind === "customer" && (
        <p className="mb-6 border-l-8 border-info bg-info-wash p-4">
          A customer is signed in here with a wallet. Signing in as staff ends that session.
        </p>
      )}
      <SignInForm returnTo={returnTo} refusal={error} />
      <div className="mt-10 space-y-2">
        <Why question="I am a customer. Where do I sign in?">
          Customers sign in with their wallet, without a password, on the{" "}
          <a className="link" href="/stake">
            staking page
          </a>
          .
        </Why>
        {env.isDemo && (
          <Why question="This is a demo. Who can sign in?">
            <Table
              caption="Made-up people who work at this demo bank"
              dense
              phone="stack"
              rows={seedStaff}
              rowKey={({ slug }) => slug}
              columns={[
                { id: "name", head: "Name", rowHead: true, cell: ({ fullName }) => fullName },
                { id: "role", head: "Role", cell: ({ role }) => role },
                { id: "email", head: "E-mail", cell: ({ email }) => <code>{email}</code> },
                { id: "password", head: "Password", cell: ({ password }) => <code>{password}</code> },
              ]}
            />
            <p className="mt-2">In production a password alone is never enough.</p>
          </Why>
        )}
      </div>
    </main>
  );
}
