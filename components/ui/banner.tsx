import { cva } from "class-variance-authority";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon, type IconName } from "@/components/ui/icon";

const bannerStyles = cva("flex gap-4 border border-l-8 p-4 text-ink sm:p-5", {
  variants: {
    tone: {
      info: "border-info bg-info-wash",
      warn: "border-warn bg-warn-wash",
      error: "border-bad bg-bad-wash",
      success: "border-good bg-good-wash",
    },
  },
});

const looks: Record<BannerTone, { icon: IconName; word: string; ink: string }> = {
  info: { icon: "info", word: "Note", ink: "text-info" },
  warn: { icon: "alert", word: "Warning", ink: "text-warn" },
  error: { icon: "cross", word: "Problem", ink: "text-bad" },
  success: { icon: "check", word: "Done", ink: "text-good" },
};

export type BannerTone = "info" | "warn" | "error" | "success";

export type BannerProps = {
  tone?: BannerTone;
  /** What happened, in one sentence. */
  title: ReactNode;
  /** Is my money safe? */
  money?: ReactNode;
  /** What now? */
  next?: ReactNode;
  /** A reference to quote when asking for help. */
  reference?: string | null;
  actions?: ReactNode;
  /** Announced at once when it appears after an action. */
  live?: boolean;
  className?: string;
  children?: ReactNode;
};

export function Banner({
  tone = "info",
  title,
  money,
  next,
  reference,
  actions,
  live,
  className,
  children,
}: BannerProps) {
  const look = looks[tone];
  return (
    <div
      role={live ? (tone === "error" || tone === "warn" ? "alert" : "status") : undefined}
      className={cn(bannerStyles({ tone }), className)}
    >
      <Icon name={look.icon} className={cn("mt-0.5 size-6", look.ink)} strokeWidth={2.2} />
      <div className="min-w-0 flex-1 space-y-1.5">
        <p className="font-semibold">
          <span className="sr-only">{look.word}: </span>
          {title}
        </p>
        {money && (
          <p className="flex items-start gap-2">
            <Icon name="shield" className="mt-0.5 size-5" />
            <span>{money}</span>
          </p>
        )}
        {next && (
          <p className="flex items-start gap-2">
            <Icon name="right" className="mt-0.5 size-5" />
            <span>{next}</span>
          </p>
        )}
        {children}
        {reference && (
          <p className="text-note text-soft">
            Reference <code className="font-mono break-all text-ink">{reference}</code>
          </p>
        )}
        {actions && <div className="flex flex-wrap gap-3 pt-2">{actions}</div>}
      </div>
    </div>
  );
}
