import { type Hex, hexToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Deployment } from "@/lib/chain/addresses";
import { batchKeyOf, batchKeyStatement, EnvelopeError, openEnvelope } from "@/lib/epochs/format/envelope";
import { linesIn } from "@/lib/epochs/format/lines";
import { type BatchOf, BatchUnavailable } from "@/lib/processes/batch";

/** a large batch takes its time; a bank that says nothing for so long is asked anew at the next step */
const patienceMs = 10 * 60_000;
const silenceMs = 20_000;

/** Batches as the bank shows them to the operator who owns this signing key. */
export function bankBatches(of: {
  bank: string;
  key: Hex;
  deployment: Deployment;
  silenceMs?: number;
}): BatchOf {
  const { privateKey, publicKey } = batchKeyOf(hexToBytes(of.key));
  const { chainId, contracts } = of.deployment;
  const message = batchKeyStatement({ publicKey, chainId, epochManager: contracts.epochManager });
  return async function* (entriesRoot) {
    const stop = new AbortController();
    /** Only the bank's own silence counts, not the time that reading takes. */
    async function heard<T>(next: Promise<T>): Promise<T> {
      const silent = () => stop.abort(new BatchUnavailable("the bank fell silent"));
      const timer = setTimeout(silent, of.silenceMs ?? silenceMs);
      return await next.finally(() => clearTimeout(timer));
    }
    async function* pieces(body: AsyncIterable<Uint8Array>) {
      const from = body[Symbol.asyncIterator]();
      for (let next = await heard(from.next()); !next.done; next = await heard(from.next())) yield next.value;
    }
    try {
      const signature = await privateKeyToAccount(of.key).signMessage({ message });
      const response = await heard(
        fetch(new URL(`/api/epochs/batches/${entriesRoot}`, of.bank), {
          headers: { authorization: `Operator ${publicKey}:${signature}` },
          signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patienceMs)]),
          redirect: "error",
        }),
      );
      if (!response.ok || !response.body) throw new BatchUnavailable(`the bank answers ${response.status}`);
      yield* linesIn(openEnvelope(pieces(response.body), { entriesRoot, privateKey }));
    } catch (error) {
      if (error instanceof BatchUnavailable) throw error;
      const why =
        error instanceof EnvelopeError ? "the batch does not open" : "the bank does not show the batch";
      throw new BatchUnavailable(`${why}: ${(error as Error).message}`, { cause: error });
    } finally {
      stop.abort();
    }
  };
}
