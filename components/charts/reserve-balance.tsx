import { clsx } from "clsx";

const reach = 150;
const pivot = { x: 240, y: 58 };

/** Degrees the beam leans: level at equal weight, never more than nine. */
function lean(reserves: bigint, supply: bigint): number {
  if (reserves === supply) return 0;
  const whole = reserves > supply ? reserves : supply;
  const excess = Number(((reserves - supply) * 10_000n) / whole) / 10_000;
  return Math.max(-9, Math.min(9, excess * 60));
}

function Sack({ x, y, size = 1 }: { x: number; y: number; size?: number }) {
  return (
    <g transform={`translate(${x} ${y}) scale(${size})`} className="fill-paper">
      <path d="M-17 0c-6-10-5-25 3-33l-5-9c6 3 9 1 13-1 5 3 9 4 25 1l-6 9c9 8 10 24 4 33-9 2-25 2-34 0z" />
      <path
        d="M-13-33c8 3 18 3 26 0M-15-6c9 2 22 2 30 0M-18-13c11 3 24 3 35 0M-18-20c11 3 24 3 35 0M-16-27c9 2 21 2 30 0M2-33c1 9 1 24-1 33"
        strokeWidth="0.9"
      />
    </g>
  );
}

function Notes({ x, y, count }: { x: number; y: number; count: number }) {
  return (
    <g transform={`translate(${x} ${y})`} className="fill-paper">
      {Array.from({ length: count }, (_, index) => index).map((index) => (
        <g key={index} transform={`translate(${index % 2 ? 2 : -2} ${-5 * index})`}>
          <path d="M-30-5h60v5h-60z" />
          <path d="M-27-2.5h54" strokeWidth="0.8" strokeDasharray="4 1.5" />
        </g>
      ))}
    </g>
  );
}

function Pan({ x, y, children }: { x: number; y: number; children: React.ReactNode }) {
  return (
    <g style={{ transform: `translate(${x}px, ${y}px)`, transition: "transform 0.9s ease-out" }}>
      <path d="M0 0L-58 112M0 0L58 112M0 0v104" strokeWidth="1.2" />
      <circle r="4.5" className="fill-paper" />
      {children}
      <path d="M-64 112h128c-8 18-32 26-64 26s-56-8-64-26z" className="fill-paper" />
      <path d="M-58 117h116M-52 122h104M-45 127h90M-35 132h70" strokeWidth="1" />
    </g>
  );
}

/** Reserves on the left, what was issued on the right: the heavier side hangs lower. The caller writes the figures. */
export function ReserveBalance({
  reservesMicros,
  supplyMicros,
  label,
  className,
}: {
  reservesMicros: bigint;
  supplyMicros: bigint;
  /** The same in words. */
  label: string;
  className?: string;
}) {
  const degrees = lean(reservesMicros, supplyMicros);
  const radians = (degrees * Math.PI) / 180;
  const dx = Math.round(reach * Math.cos(radians) * 10) / 10;
  const dy = Math.round(reach * Math.sin(radians) * 10) / 10;
  return (
    <svg
      viewBox="0 0 480 300"
      role="img"
      aria-label={label}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinejoin="round"
      className={clsx("text-engrave", className)}
    >
      <path d="M233 70h14l5 190h-24z" className="fill-paper" />
      <path
        d="M236 90h8M235.5 104h9M235 118h10M234.5 132h11M234 146h12M233.5 160h13M233 174h14M232.5 188h15M232 202h16M231.5 216h17M231 230h18M230.5 244h19"
        strokeWidth="1"
      />
      <path d="M176 290h128v-9h-16v-9h-20v-12h-56v12h-20v9h-16z" className="fill-paper" />
      <path d="M180 286h120M193 276.5h94M214 267h52" strokeWidth="1" />
      <g
        style={{
          transform: `rotate(${-degrees}deg)`,
          transformOrigin: `${pivot.x}px ${pivot.y}px`,
          transition: "transform 0.9s ease-out",
        }}
      >
        <path
          d="M88 58c40-3 70-16 152-16s112 13 152 16c-40 4-80 8-152 8s-112-4-152-8z"
          className="fill-paper"
        />
        <path d="M110 58c50-2 80-10 130-10s80 8 130 10M130 60c50 2 170 2 220 0" strokeWidth="0.9" />
      </g>
      <circle cx={pivot.x} cy={pivot.y} r="13" className="fill-paper" />
      <circle cx={pivot.x} cy={pivot.y} r="8" />
      <circle cx={pivot.x} cy={pivot.y} r="3" className="fill-accent stroke-none" />
      <path d="M240 45V24M240 24c-6-4-6-12 0-18 6 6 6 14 0 18z" className="fill-paper" />
      <Pan x={pivot.x - dx} y={pivot.y + dy}>
        <Sack x={-30} y={111} />
        <Sack x={30} y={111} />
        <Sack x={0} y={111} size={1.15} />
      </Pan>
      <Pan x={pivot.x + dx} y={pivot.y - dy}>
        <Notes x={-1} y={111} count={9} />
      </Pan>
    </svg>
  );
}
