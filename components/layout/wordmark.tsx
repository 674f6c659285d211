import { GrainMark } from "@/components/art/grain-mark";
import { cn } from "@/components/ui/cn";
import { type LinkComponent, PlainLink } from "@/components/ui/link-button";

/** The mark and the bank's name; leads home. */
export function Wordmark({
  bankName,
  href = "/",
  link: Anchor = PlainLink,
  className,
}: {
  bankName: string;
  href?: string;
  link?: LinkComponent;
  className?: string;
}) {
  return (
    <Anchor href={href} className={cn("flex min-h-11 min-w-0 items-center gap-3", className)}>
      <GrainMark className="size-9 shrink-0 text-accent" />
      <span className="font-display leading-tight font-semibold text-balance">{bankName}</span>
    </Anchor>
  );
}
