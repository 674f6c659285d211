import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import type { ActionRefusal } from "@/lib/auth/action-clients";

/** What an action refused, in the bank's words; the reference finds it in the log. */
export function Refusal({
  result,
}: {
  result: { serverError?: ActionRefusal; validationErrors?: unknown } | undefined;
}) {
  const code = result?.serverError?.code ?? (result?.validationErrors ? "invalid_input" : undefined);
  if (!code) return null;
  const words = errorWords[code];
  return (
    <Banner
      tone="error"
      live
      title={words.what}
      next={words.next}
      reference={code === "unexpected" ? result?.serverError?.reference : null}
    />
  );
}
