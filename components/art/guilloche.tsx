import { useId } from "react";

const period = 72;
const height = 24;

/** One wave of the band as a smooth path over one period. */
function wave(phase: number, swing: number): string {
  const steps = 12;
  const at = (step: number) => {
    const x = (period * step) / steps;
    return { x, y: height / 2 + swing * Math.sin((2 * Math.PI * x) / period + phase) };
  };
  const slope = (step: number) =>
    swing * ((2 * Math.PI) / period) * Math.cos((2 * Math.PI * at(step).x) / period + phase);
  const reach = period / steps / 3;
  const round = (value: number) => Math.round(value * 100) / 100;
  let path = `M0 ${round(at(0).y)}`;
  for (let step = 1; step <= steps; step++) {
    const from = at(step - 1);
    const to = at(step);
    path += `C${round(from.x + reach)} ${round(from.y + reach * slope(step - 1))} ${round(to.x - reach)} ${round(to.y - reach * slope(step))} ${round(to.x)} ${round(to.y)}`;
  }
  return path;
}

const waves = [0, 1, 2, 3, 4, 5].map((turn) => wave((turn * Math.PI) / 3, 10)).join("");
const inner = [0.5, 2.5, 4.5].map((turn) => wave((turn * Math.PI) / 3, 5)).join("");

/** The woven line of a banknote's border; takes the color of the text. */
export function GuillocheBand({ className }: { className?: string }) {
  const id = useId();
  return (
    <svg aria-hidden="true" width="100%" height={height} className={className} preserveAspectRatio="none">
      <pattern id={id} width={period} height={height} patternUnits="userSpaceOnUse">
        <path d={waves + inner} fill="none" stroke="currentColor" strokeWidth="0.8" />
      </pattern>
      <rect width="100%" height="100%" fill={`url(#${id})`} />
    </svg>
  );
}

/** A rosette of turned ellipses, as engine-turned on a banknote. */
export function GuillocheRosette({ className, turns = 24 }: { className?: string; turns?: number }) {
  const id = useId();
  const turned = Array.from({ length: turns }, (_, turn) => (turn * 180) / turns);
  return (
    <svg
      viewBox="-100 -100 200 200"
      aria-hidden="true"
      className={className}
      fill="none"
      stroke="currentColor"
    >
      <g id={id} strokeWidth="0.5">
        <ellipse rx="98" ry="52" />
        <ellipse rx="80" ry="30" />
        <ellipse rx="52" ry="38" />
      </g>
      {turned.slice(1).map((angle) => (
        <use key={angle} href={`#${id}`} transform={`rotate(${angle})`} />
      ))}
      <circle r="99" strokeWidth="0.8" />
    </svg>
  );
}
