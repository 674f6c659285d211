import { clsx } from "clsx";
import { formatAmount } from "@/lib/money/format";

export type AmountProps = {
  amountMicros: bigint;
  /** A token's symbol; dollars when left out. */
  symbol?: string;
  /** "auto" shows cents, and smaller digits after them only where there are any. */
  decimals?: "auto" | 0 | 2 | 6;
  /** Marks money that came or went with a sign and a spoken word. */
  flow?: "in" | "out";
  /** Keeps room for so many digits after the cents, so that amounts in one column line up. */
  roomFor?: number;
  className?: string;
};

/** The only way to show money. */
export function Amount({
  amountMicros,
  symbol,
  decimals = "auto",
  flow,
  roomFor = 0,
  className,
}: AmountProps) {
  const negative = amountMicros < 0n || flow === "out";
  const magnitude = amountMicros < 0n ? -amountMicros : amountMicros;
  const [whole = "0", fraction = ""] = formatAmount(magnitude, { decimals }).split(".");
  const small = fraction.slice(2);
  const moved = magnitude > 0n;
  return (
    <span className={clsx("whitespace-nowrap tabular-nums", className)}>
      {negative && moved && (
        <>
          <span className="sr-only">minus </span>
          <span aria-hidden="true">−</span>
        </>
      )}
      {flow === "in" && moved && (
        <>
          <span className="sr-only">plus </span>
          <span aria-hidden="true">+</span>
        </>
      )}
      {!symbol && "$"}
      {whole}
      {fraction && `.${fraction.slice(0, 2)}`}
      {small && <span className="text-[0.72em]">{small}</span>}
      {roomFor > small.length && (
        <span aria-hidden="true" className="invisible text-[0.72em]">
          {"0".repeat(roomFor - small.length)}
        </span>
      )}
      {symbol && <span className="text-[0.8em] font-semibold">&nbsp;{symbol}</span>}
    </span>
  );
}

/** How many digits after the cents the longest of these amounts has. */
export function roomIn(amountsMicros: readonly bigint[]): number {
  return Math.max(0, ...amountsMicros.map((amount) => (formatAmount(amount).split(".")[1]?.length ?? 2) - 2));
}
