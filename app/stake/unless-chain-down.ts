import { BaseError, HttpRequestError } from "viem";
import { AppError } from "@/lib/errors";

export type ChainTrouble = { trouble: "down" | "busy" };

export const isTrouble = (read: unknown): read is ChainTrouble =>
  typeof read === "object" && read !== null && "trouble" in read;

/** What the chain said, or why it said nothing: it is down, or it was asked too often. Every other failure goes on. */
export async function chainTrouble<T>(read: () => Promise<T>): Promise<T | ChainTrouble> {
  try {
    return await read();
  } catch (thrown) {
    const refused = thrown instanceof BaseError && thrown.walk((one) => one instanceof HttpRequestError);
    if (refused instanceof HttpRequestError && refused.status === 429) return { trouble: "busy" };
    if (isChainDown(thrown)) return { trouble: "down" };
    throw thrown;
  }
}

const isChainDown = (thrown: unknown): boolean =>
  (thrown instanceof AppError && thrown.code === "chain_down") ||
  (thrown instanceof BaseError &&
    thrown.walk((one) => ["HttpRequestError", "TimeoutError"].includes((one as Error).name)) !== null);

/** A page lives on without the chain: undefined stands for "cannot be known now". Every other failure goes on. */
export async function unlessChainDown<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (isChainDown(thrown)) return undefined;
    throw thrown;
  }
}
