import { clsx } from "clsx";
import type { SVGProps } from "react";

const drawings = {
  check: "M4 12.5l5 5L20 6.5",
  cross: "M6 6l12 12M18 6L6 18",
  alert: "M12 3.5L22 20.5H2L12 3.5zM12 10v5M12 17.6v.2",
  info: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5.5M12 7.6v.2",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5.2l3.4 2",
  shield: "M12 3l7.5 2.6v6.1c0 4.3-3 7.6-7.5 9.3-4.5-1.7-7.5-5-7.5-9.3V5.6L12 3zM8.5 12l2.6 2.6 4.6-5",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  dot: "M12 13.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3z",
  circle: "M12 20a8 8 0 100-16 8 8 0 000 16z",
  copy: "M8.5 8.5V4h11.5v11.5h-4.5M4 8.5h11.5V20H4V8.5z",
  right: "M4 12h15M13 6l6 6-6 6",
  left: "M20 12H5M11 6l-6 6 6 6",
  down: "M6 9.5l6 6 6-6",
  out: "M13 4h7v7M20 4L10.5 13.5M17.5 14v6H4V6.5h6",
  sun: "M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v3M12 19v3M2 12h3M19 12h3M4.9 4.9L7 7M17 17l2.1 2.1M19.1 4.9L17 7M7 17l-2.1 2.1",
  moon: "M19.5 14.5A8.2 8.2 0 019.5 4.5a8.2 8.2 0 1010 10z",
  system: "M3 5h18v11.5H3V5zM8.5 20.5h7M12 16.5v4",
  wallet: "M4 7.5h15.5V19H4V5.5h13v2M15.5 13.2h4",
  home: "M4 11l8-7 8 7v9h-5.5v-5.5h-5V20H4v-9z",
  coins:
    "M9 12.5c3.3 0 6-1.5 6-3.2S12.3 6 9 6 3 7.5 3 9.3s2.7 3.2 6 3.2zM3 9.3v4.4C3 15.5 5.7 17 9 17c.8 0 1.6-.1 2.3-.3M15 9.6c3.4.1 6 1.5 6 3.2 0 1.8-2.7 3.2-6 3.2s-6-1.4-6-3.2M21 12.8v3.5c0 1.7-2.7 3.2-6 3.2s-5.6-1.3-6-2.8",
  sheaf:
    "M12 21V8M12 8c-1.8-1-2.2-3-1.2-5 1.6.8 2.6 2.8 1.2 5zM12 12.5c-2.3.3-3.8-.8-4.4-3 2-.6 4 .4 4.4 3zM12 12.5c2.3.3 3.8-.8 4.4-3-2-.6-4 .4-4.4 3zM12 17c-2.3.3-3.8-.8-4.4-3 2-.6 4 .4 4.4 3zM12 17c2.3.3 3.8-.8 4.4-3-2-.6-4 .4-4.4 3z",
  ledger: "M5 3.5h14v17H5v-17zM8.5 8h7M8.5 12h7M8.5 16h4",
  person: "M12 12a4.2 4.2 0 100-8.4 4.2 4.2 0 000 8.4zM4 20.5c.8-4 4-6 8-6s7.2 2 8 6",
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, className, ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="square"
      aria-hidden="true"
      width={20}
      height={20}
      className={clsx("shrink-0", className)}
      {...rest}
    >
      <path d={drawings[name]} />
    </svg>
  );
}
