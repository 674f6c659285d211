import type { ReactNode } from "react";

/** Small engravings for the four steps: a signed receipt, a token under its rosette, a stake, a payout in lines. */
const drawings = {
  receipt:
    "M14 8H66V72L60 68L53 72L46 68L40 72L33 68L26 72L20 68L14 72zM22 18H44M22 26H58M22 32H58M22 38H50M22 52C26 44 30 58 34 50S42 46 45 52M50 50m-8 0M58 18a4 4 0 11-8 0 4 4 0 018 0zM50 52H60",
  token:
    "M40 8a32 32 0 110 64 32 32 0 010-64zM40 13a27 27 0 110 54 27 27 0 010-54zM40 60V28M40 30C34 26 34 20 40 16C46 20 46 26 40 30zM40 40C33 41 29 37 28 31C35 30 39 34 40 40zM40 40C47 41 51 37 52 31C45 30 41 34 40 40zM40 51C33 52 29 48 28 42C35 41 39 45 40 51zM40 51C47 52 51 48 52 42C45 41 41 45 40 51z",
  stake:
    "M8 68H72M14 68V34L40 14L66 34V68M10 37L40 12L70 37M32 68V50C32 42 48 42 48 50V68M20 60H28M20 54H28M20 48H28M52 60H60M52 54H60M52 48H60M40 22a5 5 0 110 10 5 5 0 010-10zM24 38H56",
  payout:
    "M8 14H72M8 14V24H72V14zM8 34H60V42H8zM60 34H72V42H60zM8 50H48V58H8zM48 50H60V58H48zM8 66H38V74H8zM38 66H48V74H38zM62 34V42M65 34V42M68 34V42M50 50V58M53 50V58M56 50V58M40 66V74M43 66V74",
} as const;

export function Way({ children }: { children: ReactNode }) {
  return <ol className="space-y-10">{children}</ol>;
}

export function WayStep({
  drawing,
  number,
  title,
  children,
}: {
  drawing: keyof typeof drawings;
  number: number;
  title: string;
  children: ReactNode;
}) {
  return (
    <li className="grid grid-cols-[4rem_1fr] gap-x-5 sm:grid-cols-[5.5rem_1fr] sm:gap-x-7">
      <svg
        viewBox="0 0 80 80"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
        className="w-full text-engrave"
      >
        <path d={drawings[drawing]} />
      </svg>
      <div>
        <h3 className="font-display text-heading font-medium">
          <span className="text-accent">{number}.</span> {title}
        </h3>
        <div className="mt-1.5 max-w-text text-soft">{children}</div>
      </div>
    </li>
  );
}
