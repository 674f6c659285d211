import { type Hex, hexToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Deployment } from "@/lib/chain/addresses";
import { batchKeyOf, batchKeyStatement, EnvelopeError, openEnvelope } from "@/lib/epochs/format/envelope";
import { linesIn } from "@/lib/epochs/format/lines";
import { type BatchOf, BatchUnavailable } from "@/lib/processes/batch";

/** a large batch takes its time; a bank that says nothing for so long is asked anew at the next step */
const patienceMs = 10 * 60_000;

/** Batches as the bank shows them to the operator who owns this signing key. */
export function bankBatches(of: { bank: string; key: Hex; deployment: Deployment }): BatchOf {
  const { privateKey, publicKey } = batchKeyOf(hexToBytes(of.key));
  const { chainId, contracts } = of.deployment;
  const message = batchKeyStatement({ publicKey, chainId, epochManager: contracts.epochManager });
  return async function* (entriesRoot) {
    try {
      const signature = await privateKeyToAccount(of.key).signMessage({ message });
      const response = await fetch(new URL(`/api/epochs/batches/${entriesRoot}`, of.bank), {
        headers: { authorization: `Operator ${publicKey}:${signature}` },
        signal: AbortSignal.timeout(patienceMs),
        redirect: "error",
      });
      if (!response.ok || !response.body) throw new BatchUnavailable(`the bank answers ${response.status}`);
      yield* linesIn(openEnvelope(response.body, { entriesRoot, privateKey }));
    } catch (error) {
      if (error instanceof BatchUnavailable) throw error;
      const why =
        error instanceof EnvelopeError ? "the batch does not open" : "the bank does not show the batch";
      throw new BatchUnavailable(`${why}: ${(error as Error).message}`, { cause: error });
    }
  };
}
