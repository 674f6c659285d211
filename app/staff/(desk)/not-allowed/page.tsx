import { redirect } from "next/navigation";
import { errorWords } from "@/components/copy/errors";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { pageContext } from "@/lib/auth/page";

export const metadata = { title: "Not allowed" };

export default async function NotAllowedPage() {
  const { actor } = await pageContext();
  if (actor.kind !== "staff") redirect("/sign-in");
  const words = errorWords.not_allowed;
  return (
    <EmptyState title={<h1>{words.what}</h1>} action={<LinkButton href="/staff">Back to today</LinkButton>}>
      {words.next}
    </EmptyState>
  );
}
