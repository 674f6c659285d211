import Link from "next/link";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { PageHeader } from "@/components/ui/page-header";
import { staffPage } from "@/lib/auth/page";
import { listApplications } from "@/lib/validators/register/queries";
import { ApplicationForm } from "./application-form";

export const metadata = { title: "New application" };

export default async function NewApplicationPage() {
  const ctx = await staffPage("certification:ask", "/staff/certification/new");
  const applications = await listApplications(ctx.actor, ctx.db);
  const waiting = applications.filter(({ state }) => state === "applied").map(({ name }) => name);
  return (
    <>
      <PageHeader
        crumbs={
          <Breadcrumb
            link={Link}
            crumbs={[{ label: "Certification", href: "/staff/certification" }, { label: "New application" }]}
          />
        }
        title="Take down an application"
        lead="The operator applies on chain from the same wallet, with the same owner and keys. Documents stay with you; the bank keeps what they digest to."
      />
      {waiting.length > 0 && (
        <p className="mb-8 text-soft">Already waiting: {waiting.join(", ")}. One owner applies once.</p>
      )}
      <ApplicationForm />
    </>
  );
}
