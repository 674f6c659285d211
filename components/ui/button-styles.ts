import { cva } from "class-variance-authority";

export const buttonStyles = cva(
  [
    "inline-flex min-h-11 items-center justify-center gap-2 rounded-sm border px-5 py-2.5 text-center font-semibold leading-tight",
    "cursor-pointer transition-colors duration-150 aria-disabled:cursor-not-allowed",
  ],
  {
    variants: {
      variant: {
        primary: [
          "border-accent bg-accent text-on-accent hover:border-accent-strong hover:bg-accent-strong",
          "aria-disabled:border-edge aria-disabled:bg-sunk aria-disabled:text-soft",
        ],
        secondary: [
          "border-ink bg-transparent text-ink hover:bg-ink hover:text-paper",
          "aria-disabled:border-edge aria-disabled:text-soft aria-disabled:hover:bg-transparent aria-disabled:hover:text-soft",
        ],
        quiet: [
          "border-transparent px-3 text-ink underline decoration-accent decoration-2 underline-offset-4 hover:bg-sunk",
          "aria-disabled:text-soft aria-disabled:decoration-edge",
        ],
        danger: [
          "border-bad bg-transparent text-bad hover:bg-bad hover:text-paper",
          "aria-disabled:border-edge aria-disabled:text-soft aria-disabled:hover:bg-transparent aria-disabled:hover:text-soft",
        ],
      },
      size: { md: "", lg: "min-h-13 px-7 text-lg", sm: "px-3.5 py-1.5 text-note" },
      wide: { true: "w-full" },
    },
    compoundVariants: [{ variant: "quiet", size: "lg", class: "px-3" }],
    defaultVariants: { variant: "primary", size: "md" },
  },
);
