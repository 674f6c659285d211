import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div className="space-y-6">
      <p role="status" className="sr-only">
        Loading
      </p>
      <Skeleton className="h-10 w-1/2" />
      <Skeleton className="w-1/3" />
      <Skeleton className="h-64" />
    </div>
  );
}
