import { BaseError } from "viem";
import { AppError } from "@/lib/errors";

/** A page lives on without the chain: undefined stands for "cannot be known now". Every other failure goes on. */
export async function unlessChainDown<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === "chain_down") return undefined;
    if (
      thrown instanceof BaseError &&
      thrown.walk((one) => ["HttpRequestError", "TimeoutError"].includes((one as Error).name))
    )
      return undefined;
    throw thrown;
  }
}
