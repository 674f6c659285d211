import { Skeleton } from "@/components/ui/skeleton";
import { translator } from "@/lib/messages/server";

/** What is being counted stands as a bar, never as a zero. */
export function Counting() {
  return (
    <div role="status" className="space-y-8">
      <span className="sr-only">{translator("stake.rewards")("loadingNow")}</span>
      <Skeleton className="h-10 max-w-text" />
      <div className="grid gap-6 sm:grid-cols-2">
        <Skeleton className="h-24" />
        <Skeleton className="h-24" />
      </div>
      <Skeleton className="h-64" />
    </div>
  );
}
