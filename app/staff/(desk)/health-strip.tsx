import { StatusChip } from "@/components/ui/status-chip";
import { signsOf } from "./health";

export function HealthStrip({ facts }: { facts: Parameters<typeof signsOf>[0] }) {
  return (
    <ul
      aria-label="Health"
      className="grid gap-x-8 gap-y-4 border-y border-rule py-4 sm:grid-cols-2 xl:grid-cols-3"
    >
      {signsOf(facts).map(({ what, tone, word, note }) => (
        <li key={what} className="flex items-start justify-between gap-4">
          <div className="min-w-0">
            <p className="font-semibold">{what}</p>
            <p className="text-note text-soft">{note}</p>
          </div>
          <StatusChip tone={tone}>{word}</StatusChip>
        </li>
      ))}
    </ul>
  );
}
