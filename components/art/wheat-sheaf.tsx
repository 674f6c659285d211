import { useId } from "react";

const kernel = "M0 0C5-3 7-10 4-18C-1-14-3-6 0 0zM1-3C3-7 4-11 3.5-15M-.2-2.5C.8-6 1.5-10 2.5-14";
const levels = [0, -9, -18, -27, -36, -45];

/** Angle of each stalk from the upright, the ones at the back first. */
const back = [-50, -38, -27, -16, -5, 6, 17, 28, 39, 51];
const front = [-44, -32, -21, -10, 1, 12, 23, 34, 45];

function stalk(angle: number, length: number) {
  const radians = (angle * Math.PI) / 180;
  const x = Math.sin(radians) * length;
  const y = -Math.cos(radians * 0.8) * length;
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    x: round(x),
    y: round(y),
    curve: `M${round(-x * 0.32)} ${round(118 - Math.abs(angle) * 0.25)}Q${round(x * 0.02)} 10 ${round(x * 0.16)} ${round(y * 0.3)}T${round(x)} ${round(y)}`,
  };
}

/** One bearded ear, its foot at 0,0, to be set by reference. */
export function WheatEar({ id }: { id: string }) {
  return (
    <g id={id} className="fill-paper">
      <path d="M0 0V-64" />
      <path
        d="M0-60C-1-76-4-92-8-104M0-60C1-76 4-92 8-104M0-62V-108M-3-48C-8-66-14-82-20-92M3-48C8-66 14-82 20-92M-4-36C-12-54-20-68-28-76M4-36C12-54 20-68 28-76M-4-24C-13-38-22-50-32-58M4-24C13-38 22-50 32-58"
        fill="none"
        strokeWidth="0.7"
      />
      {levels.map((y) => (
        <g key={y} transform={`translate(0 ${y})`}>
          <path d={kernel} transform="translate(.8) rotate(16)" />
          <path d={kernel} transform="translate(-.8) rotate(-16) scale(-1 1)" />
        </g>
      ))}
      <path d={kernel} transform="translate(-1.5 -52)" />
    </g>
  );
}

/** An engraved sheaf of bearded wheat, bound once; takes the color of the text and covers with the paper's. */
export function WheatSheaf({ className }: { className?: string }) {
  const id = useId();
  const row = (angles: readonly number[], length: number) =>
    angles.map((angle, index) => {
      const { x, y, curve } = stalk(angle, length + (index % 3) * 9);
      return (
        <g key={angle}>
          <path d={curve} />
          <use href={`#${id}`} transform={`translate(${x} ${y}) rotate(${angle * 1.15})`} />
        </g>
      );
    });
  return (
    <svg
      viewBox="-190 -245 380 400"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.1"
      strokeLinejoin="round"
      className={className}
    >
      <defs>
        <WheatEar id={id} />
      </defs>
      {row(back, 118)}
      {row(front, 84)}
      <path
        d="M-34 8C-22 2 22 2 34 8C38 18 38 30 34 40C22 46-22 46-34 40C-38 30-38 18-34 8z"
        className="fill-paper"
      />
      <path d="M-36 14C-22 8 22 8 36 14M-37 20C-22 14 22 14 37 20M-37 27C-22 21 22 21 37 27M-36 34C-22 28 22 28 36 34" />
      <path
        d="M18 40C30 52 44 54 52 70C42 66 30 68 18 58C14 52 14 46 18 40zM10 42C12 58 8 72 14 88C4 80 0 66 0 44"
        className="fill-paper"
      />
      <path d="M22 46C30 54 40 57 46 64M5 46C5 60 6 70 10 80" strokeWidth="0.7" />
    </svg>
  );
}
