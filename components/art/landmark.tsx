import { useId } from "react";
import { type Land, landOf } from "@/components/art/landscapes";
import { WheatEar } from "@/components/art/wheat-sheaf";

const width = 1200;
const horizon = 150;
const round = (value: number) => Math.round(value * 10) / 10;

type Ridge = { base: number; rise: number; waves: readonly [number, number, number]; peaked?: boolean };

function heightAt({ base, rise, waves: [length, phase, roughness], peaked }: Ridge, x: number): number {
  const t = (2 * Math.PI * x) / length + phase;
  const swell = peaked ? 1 - Math.abs(((t / Math.PI) % 2) - 1) * 1.3 : (Math.sin(t) + 1) / 2;
  return base - rise * (swell + roughness * Math.sin(t * 2.7 + phase));
}

/** A ridge with the engraver's shading: the same line again and again, flatter as it falls. */
function ridgeLines(ridge: Ridge, lines: number, gap: number): { skyline: string; shading: string } {
  const stride = ridge.peaked ? 30 : 60;
  const xs = Array.from({ length: width / stride + 3 }, (_, index) => (index - 1) * stride);
  const line = (fall: number) =>
    xs
      .map((x, index) => {
        const flat = 1 / (1 + fall * 0.012);
        const y = ridge.base - (ridge.base - heightAt(ridge, x)) * flat + fall;
        return `${index === 0 ? "M" : "L"}${x} ${round(y)}`;
      })
      .join("");
  return {
    skyline: `${line(0)}V400H-60z`,
    shading: Array.from({ length: lines }, (_, index) => line((index + 1) * gap)).join(""),
  };
}

const ridges: Record<Land, readonly Ridge[]> = {
  bay: [{ base: 150, rise: 16, waves: [700, 0.6, 0.3] }],
  coast: [{ base: 150, rise: 34, waves: [900, 2.4, 0.2] }],
  lakes: [{ base: 150, rise: 20, waves: [520, 1.1, 0.3] }],
  plains: [{ base: 152, rise: 7, waves: [1100, 0, 0.2] }],
  hills: [
    { base: 150, rise: 58, waves: [640, 0.4, 0.12] },
    { base: 166, rise: 44, waves: [480, 2.2, 0.15] },
  ],
  mountains: [
    { base: 160, rise: 104, waves: [520, 0.2, 0.1], peaked: true },
    { base: 170, rise: 46, waves: [420, 1.4, 0.16] },
  ],
  desert: [{ base: 154, rise: 10, waves: [900, 1.2, 0.3] }],
  river: [{ base: 150, rise: 22, waves: [560, 1.8, 0.3] }],
  islands: [{ base: 156, rise: 92, waves: [1300, 4.9, 0.05] }],
  capital: [{ base: 150, rise: 12, waves: [800, 0.9, 0.3] }],
};

const water: readonly Land[] = ["bay", "coast", "lakes", "river", "islands"];

/** Rays that leave the sun unevenly, as a burin leaves them. */
const rays = Array.from({ length: 46 }, (_, index) => {
  const angle = Math.PI + (Math.PI * (index + 0.5)) / 46;
  const from = index % 2 ? 62 : 54;
  const to = [150, 108, 132, 96][index % 4] ?? 120;
  return `M${round(330 + Math.cos(angle) * from)} ${round(horizon + Math.sin(angle) * from)}L${round(330 + Math.cos(angle) * to)} ${round(horizon + Math.sin(angle) * to)}`;
}).join("");

const sunLines = Array.from({ length: 11 }, (_, index) => {
  const y = horizon - 3 - index * 4;
  const half = Math.sqrt(46 * 46 - (horizon - y) ** 2);
  return `M${round(330 - half)} ${y}h${round(half * 2)}`;
}).join("");

/** Furrows run from the foreground to one point on the horizon. */
const furrow = (shift: number) =>
  Array.from({ length: 60 }, (_, index) => {
    const foot = -1500 + index * 72 + shift;
    return `M${foot} 330L${round(640 + (foot - 640) * 0.16)} 196`;
  }).join("");
const furrows = furrow(0);
const rows = furrow(36);

/** Sky as ruled lines that break where clouds would be. */
const sky = Array.from({ length: 15 }, (_, row) => {
  const y = 6 + row * 9.6;
  let x = -9 - ((row * 53) % 90);
  let path = "";
  for (let index = 0; x < 1209; index++) {
    const length = 60 + ((index * 97 + row * 61) % 170);
    path += `M${x} ${round(y)}h${length}`;
    x += length + 14 + ((index * 71 + row * 37) % (40 + row * 9));
  }
  return path;
}).join("");

/** Round trees in a row, each a scalloped outline with three strokes of shade. */
const trees = [14, 40, 62, 470, 492, 700, 724, 745, 1060, 1084, 1112, 1140, 1166].map((x, index) => {
  const size = 0.75 + ((index * 7) % 5) / 9;
  return { x, size };
});
const tree =
  "M-12 0C-20-4-18-14-11-15C-12-24 0-28 4-21C12-25 19-16 14-10C19-4 14 1 8 0zM-2 0V7M2 0V7M4-17C10-15 12-8 9-3M0-15C6-12 8-7 5-2M-5-10C-1-8 1-5 0-1";

const stalks = [
  { x: 30, y: 236, lean: -14, size: 1 },
  { x: 66, y: 214, lean: -4, size: 1.1 },
  { x: 104, y: 240, lean: 8, size: 1 },
  { x: 140, y: 262, lean: 20, size: 0.9 },
  { x: 4, y: 262, lean: -26, size: 0.9 },
  { x: 1182, y: 240, lean: 12, size: 1 },
  { x: 1150, y: 256, lean: -4, size: 0.95 },
  { x: 1118, y: 274, lean: -16, size: 0.85 },
];

const ripples = Array.from({ length: 7 }, (_, row) => {
  const y = 156 + row * 6;
  return Array.from({ length: 9 }, (_, index) => {
    const x = ((index * 137 + row * 71) % 1180) + 4;
    const length = 26 + ((index * 31 + row * 17) % 60);
    return `M${x} ${y}q${round(length / 4)} -2.5 ${round(length / 2)} 0t${round(length / 2)} 0`;
  }).join("");
}).join("");

const emblem: Record<Land, string> = {
  // a screw-pile lighthouse, six sides on stilts
  bay: "M0 0L6-26M44 0L38-26M22 0V-26M4-12L40-4M40-12L4-4M0-26H44V-30H0zM4-30V-48H40V-30M12-30V-48M32-30V-48M0-48H44L33-62H11zM16-62V-72H28V-62M13-72H31L22-82zM22-82V-88M18-38H26V-30H18z",
  coast:
    "M8 0L13-70H31L36 0zM11-70H33V-75H11zM15-75V-88H29V-75M13-88H31L22-98zM22-98V-104M9-16H35M10.5-34H33.5M12-52H32M18 0V-9H26V0",
  lakes:
    "M8 0L13-56H31L36 0zM11-56H33V-61H11zM15-61V-73H29V-61M13-73H31L22-83zM36 0V-20L54-30L70-20V0zM48 0V-12H58V0M9-14H35M11-34H33",
  plains:
    "M20 0L26-62L32 0M22-22H30M23-38H29M26-66m-20 0a20 20 0 1040 0a20 20 0 10-40 0M26-66L12-80M26-66L40-80M26-66L12-52M26-66L40-52M26-86V-46M6-66H46M46-66L62-72V-60z",
  hills:
    "M0 0V-22H70V0M0-22L8-38H62L70-22zM10-38V-22M20-38V-22M30-38V-22M40-38V-22M50-38V-22M60-38V-22M8 0V-14H26V0M44 0V-14H62V0",
  mountains:
    "M14 0L24-44L34 0zM17-14L24-26L31-14M16-6L24-17L32-6M40 0L48-34L56 0zM42-9L48-19L54-9M-6 0L2-34L10 0zM-4-9L2-19L8-9",
  desert:
    "M20 0V-52C20-60 30-60 30-52V0M20-20H10C6-20 4-23 4-27V-38C4-43 11-43 11-38V-28H20M30-26H40V-40C40-45 47-45 47-40V-25C47-20 44-18 40-18H30M25-4V-52",
  river:
    "M0 0C6 8 104 8 110 0V-10H0zM8-10V-22H96V-10M14-22V-32H84V-22M22-32V-40H70V-32M18-40V-66H24V-40M30-40V-66H36V-40M96-24a14 14 0 0114 14V0H98M22-10V-22M36-10V-22M50-10V-22M64-10V-22M78-10V-22",
  islands:
    "M24 2C26-20 34-40 46-52M46-52C32-62 20-58 14-46C24-54 36-56 46-52C60-64 72-58 78-46C68-54 56-57 46-52C42-68 32-74 22-72C34-68 42-62 46-52C54-68 64-74 74-70C62-68 52-62 46-52",
  capital:
    "M0 0V-20H120V0M40-20V-34H80V-20M44-34C44-58 76-58 76-34M54-51V-60H66V-51M57-60L60-74L63-60M60-74V-80M8 0V-20M20 0V-20M32 0V-20M44 0V-34M52-34V-20M60-34V-20M68-34V-20M76 0V-34M88 0V-20M100 0V-20M112 0V-20M36-34H84",
};

/** The shaded side of the tower, in upright strokes that end at the eaves. */
const elevatorShade = Array.from({ length: 10 }, (_, index) => {
  const x = 62 + index * 2.3;
  return `M${round(x)} 0V${round(-128 - (84 - x) * 0.667)}`;
}).join("");

const elevator = {
  walls: "M0 0V-128L42-156L84-128V0zM84 0V-74H168V0zM84-74L126-96L168-74z",
  dark: elevatorShade,
  lines:
    "M4-124H60M4-116H60M4-108H60M4-100H60M4-92H60M4-84H60M4-76H60M4-68H60M4-60H60M4-52H60M4-44H60M4-36H60M4-28H60M4-20H60M4-12H60M4-4H60M90-74V0M98-74V0M106-74V0M114-74V0M138-74V0M146-74V0M154-74V0M162-74V0",
  door: "M24 0V-30C24-44 60-44 60-30V0zM118 0V-28H136V0zM34-100H50V-84H34z",
};

/** A wide engraving: ploughed land, a granary, and on the horizon what a traveller meets in that state. */
export function Landmark({ stateName, className }: { stateName: string; className?: string }) {
  const land = landOf(stateName);
  const wet = water.includes(land);
  const id = useId();
  const field = `${id}field`;
  const ear = `${id}ear`;
  return (
    <svg
      viewBox="0 0 1200 320"
      aria-hidden="true"
      preserveAspectRatio="xMidYMax slice"
      fill="none"
      stroke="currentColor"
      strokeWidth="1"
      strokeLinejoin="round"
      className={className}
    >
      <path d={sky} strokeWidth="0.6" opacity="0.55" />
      <circle cx="330" cy={horizon} r="152" className="fill-paper stroke-none" />
      <path d={rays} strokeWidth="1.2" />
      <circle cx="330" cy={horizon} r="46" className="fill-paper" strokeWidth="1.4" />
      <path d={sunLines} strokeWidth="0.9" />
      {ridges[land].map((ridge) => {
        const { skyline, shading } = ridgeLines(ridge, ridge.rise > 30 ? 9 : 4, ridge.rise > 30 ? 6 : 4);
        return (
          <g key={ridge.base}>
            <path d={skyline} className="fill-paper" strokeWidth="1.4" />
            <path d={shading} strokeWidth="0.7" />
          </g>
        );
      })}
      {wet && (
        <>
          <path d="M-9 152H1209V210H-9z" className="fill-paper stroke-none" />
          <path d="M0 152H1200" strokeWidth="1.2" />
          <path d={ripples} strokeWidth="0.8" />
        </>
      )}
      <g transform={`translate(560 ${wet ? 166 : 172}) scale(1.1)`} className="fill-paper">
        <path d={emblem[land]} strokeWidth="1.1" />
      </g>
      <path
        d="M-9 205C200 190 420 186 620 192S1040 202 1209 187V340H-9z"
        className="fill-paper"
        strokeWidth="1.4"
      />
      <clipPath id={field}>
        <path d="M0 208C200 194 420 190 620 196S1040 206 1200 192V320H0z" />
      </clipPath>
      <g clipPath={`url(#${field})`}>
        <path d={furrows} strokeWidth="0.9" />
        <path d={rows} strokeWidth="3.4" strokeDasharray="1.1 5" />
      </g>
      {trees.map(({ x, size }) => (
        <path
          key={x}
          d={tree}
          transform={`translate(${x} ${round(201 - 9 * Math.sin(((x + 60) * Math.PI) / 1200))}) scale(${round(size)})`}
          className="fill-paper"
        />
      ))}
      <g transform="translate(850 226)">
        <path d={elevator.walls} className="fill-paper" strokeWidth="1.6" />
        <path d={elevator.lines} strokeWidth="0.7" />
        <path d={elevator.dark} strokeWidth="1.1" />
        <path d={elevator.door} className="fill-paper" strokeWidth="1.2" />
        <path d="M42-156L0-128M42-150L8-127M42-144L16-126" strokeWidth="0.8" />
        <path d="M-30 2C20-4 140-4 210 4" strokeWidth="1.6" />
      </g>
      <defs>
        <WheatEar id={ear} />
      </defs>
      {stalks.map(({ x, y, lean, size }) => (
        <g key={x}>
          <path
            d={`M${x} ${y}Q${round(x - lean * 0.8)} ${y + 60} ${round(x - lean * 1.4)} 330`}
            strokeWidth="1.6"
          />
          <path
            d={`M${round(x - lean * 0.6)} ${y + 48}q${lean > 0 ? 26 : -26}-10 ${lean > 0 ? 40 : -40} 14`}
          />
          <use href={`#${ear}`} transform={`translate(${x} ${y}) rotate(${lean}) scale(${size})`} />
        </g>
      ))}
    </svg>
  );
}
