import { Skeleton } from "@/components/ui/skeleton";
import { translator } from "@/lib/messages/server";

export default function Loading() {
  return (
    <div role="status" className="max-w-form space-y-6">
      <span className="sr-only">{translator("shared")("loading")}</span>
      <Skeleton className="h-10 w-2/3" />
      <Skeleton className="h-16" />
      <Skeleton />
      <Skeleton />
      <Skeleton className="w-1/2" />
    </div>
  );
}
