import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export function EmptyState({
  title,
  children,
  action,
  art,
  className,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  art?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("border-y-2 border-dashed border-rule px-4 py-10 text-center", className)}>
      {art && <div className="mx-auto mb-4 w-28 text-engrave">{art}</div>}
      <div className="font-display text-heading font-medium">{title}</div>
      {children && <div className="mx-auto mt-2 max-w-text text-soft">{children}</div>}
      {action && <div className="mt-6 flex justify-center">{action}</div>}
    </div>
  );
}
