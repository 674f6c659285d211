import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon, type IconName } from "@/components/ui/icon";

const chipStyles = cva(
  "inline-flex items-center gap-1.5 rounded-sm border px-2 py-0.5 text-label font-semibold whitespace-nowrap",
  {
    variants: {
      tone: {
        neutral: "border-edge text-soft",
        busy: "border-info bg-info-wash text-info",
        good: "border-good bg-good-wash text-good",
        warn: "border-warn bg-warn-wash text-warn",
        bad: "border-bad bg-bad-wash text-bad",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

const marks: Record<NonNullable<VariantProps<typeof chipStyles>["tone"]>, IconName> = {
  neutral: "circle",
  busy: "clock",
  good: "check",
  warn: "alert",
  bad: "cross",
};

export type Tone = keyof typeof marks;

export function StatusChip({
  tone = "neutral",
  children,
  className,
}: {
  tone?: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span className={cn(chipStyles({ tone }), className)}>
      <Icon name={marks[tone]} className="size-3.5" strokeWidth={2.6} />
      {children}
    </span>
  );
}
