import { cn } from "@/components/ui/cn";

export function Spinner({ label, className }: { label?: string; className?: string }) {
  return (
    <span className="inline-flex items-center gap-2" role={label ? "status" : undefined}>
      <svg
        viewBox="0 0 24 24"
        fill="none"
        aria-hidden="true"
        className={cn("size-5 animate-turn", className)}
      >
        <circle cx="12" cy="12" r="9" stroke="currentColor" strokeWidth="2" strokeDasharray="1.5 3.2" />
        <path d="M12 3a9 9 0 019 9" stroke="currentColor" strokeWidth="3" />
      </svg>
      {label && <span>{label}</span>}
    </span>
  );
}
