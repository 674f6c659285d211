import type { SVGProps } from "react";

const kernel = (x: number, y: number, side: 1 | -1) =>
  `M${x} ${y}c${side} -5 ${side * 4.5} -7.5 ${side * 9} -8c${side * 0.5} 5 ${side * -3} 9 ${side * -9} 8z`;

const house = "M32 2L60 19V62H4V19L32 2z";
const ear = [24, 33.5, 43].map((y) => kernel(33.2, y + 6, 1) + kernel(30.8, y + 6, -1)).join("");
const tip = "M32 9c4 3.5 4 8.5 0 12c-4 -3.5 -4 -8.5 0 -12z";
const stalk = "M30.9 49h2.2v13h-2.2z";

/** The bank's mark: an ear of wheat cut out of a granary's gable. Always beside its name, so it is silent. */
export function GrainMark(props: SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 64 64" fill="currentColor" aria-hidden="true" {...props}>
      <path fillRule="evenodd" d={house + ear + tip + stalk} />
    </svg>
  );
}
