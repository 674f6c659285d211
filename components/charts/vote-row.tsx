import { cn } from "@/components/ui/cn";

export type VoteMark = "agreed" | "refused" | "wrong" | "committed" | "missed";

const shades: Record<VoteMark, string> = {
  agreed: "hatch-solid text-good",
  refused: "hatch-dense text-warn",
  wrong: "hatch-dense text-bad",
  committed: "hatch-level text-soft",
  missed: "text-bad",
};

/** The last epochs of one operator, newest at the right: a full mark for each agreed, an empty one for each missed. */
export function VoteRow({
  votes,
  label,
}: {
  votes: readonly { id: string; vote: VoteMark }[];
  label: string;
}) {
  return (
    <span role="img" aria-label={label} className="inline-flex gap-0.5 align-middle">
      {votes.toReversed().map(({ id, vote }) => (
        <span key={id} className={cn("h-4 w-1.5 border border-current", shades[vote])} />
      ))}
    </span>
  );
}

/** A share of a whole with the mark it has to reach. */
export function ReachBar({ share, mark, label }: { share: number; mark: number; label: string }) {
  const reached = share >= mark;
  return (
    <div role="img" aria-label={label} className="relative h-5 border border-edge">
      <div
        className={cn("h-full", reached ? "hatch-solid text-good" : "hatch-diagonal text-info")}
        style={{ width: `${Math.min(100, Math.max(0, share))}%` }}
      />
      <div className="absolute -inset-y-1.5 w-0.5 bg-ink" style={{ left: `${mark}%` }} />
    </div>
  );
}
