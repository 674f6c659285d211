import { Skeleton } from "@/components/ui/skeleton";
import { translator } from "@/lib/messages/server";

export default function Loading() {
  const t = translator("shared");
  return (
    <main id="content" className="mx-auto max-w-page space-y-6 px-4 py-12 sm:px-6">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <Skeleton className="h-12 w-3/4" />
      <Skeleton className="w-1/2" />
      <Skeleton className="h-56" />
    </main>
  );
}
