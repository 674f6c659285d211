"use client";

import { type Ask, NodeDisagrees, type SignedEpochs, signedEpochs } from "@/lib/epochs/signed-epochs";
import {
  type CheckedLine,
  checkInclusion,
  epochsOf,
  type InclusionDocument,
  readInclusion,
} from "@/lib/epochs/verify/inclusion";

export type Progress = { at: "lines" | "path" | "chain" | "compare"; document?: InclusionDocument };

export type Checked =
  | { outcome: "checked"; document: InclusionDocument; lines: CheckedLine[]; signed: SignedEpochs }
  | { outcome: "refused"; code: string; reference?: string }
  | { outcome: "node" | "unreadable" };

class Refused extends Error {
  constructor(
    readonly code: string,
    readonly reference?: string,
  ) {
    super(code);
  }
}

/**
 * The whole check, in the browser: the lines come from the bank, the roots from the contract's own records through any
 * node, and what is compared is what this code has hashed itself.
 */
export async function checkMyself(onProgress: (progress: Progress) => void): Promise<Checked> {
  try {
    onProgress({ at: "lines" });
    const document = readInclusion(await ownDocument());
    if (!document) return { outcome: "unreadable" };
    onProgress({ at: "chain", document });
    const signed = await signedEpochs(askNode, {
      chainId: document.chainId,
      epochManager: document.epochManager,
      fromBlock: BigInt(document.fromBlock),
      numbers: epochsOf(document),
    });
    onProgress({ at: "path", document });
    const lines: CheckedLine[] = [];
    for await (const line of checkInclusion(document, (epoch) => signed.epochs.get(epoch))) lines.push(line);
    onProgress({ at: "compare", document });
    return { outcome: "checked", document, lines, signed };
  } catch (thrown) {
    if (thrown instanceof Refused)
      return {
        outcome: "refused",
        code: thrown.code,
        ...(thrown.reference && { reference: thrown.reference }),
      };
    if (thrown instanceof NodeDisagrees) return { outcome: "node" };
    return { outcome: "refused", code: "chain_down" };
  }
}

async function ownDocument(): Promise<unknown> {
  const answer = await fetch("/stake/proof/file", { cache: "no-store" });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return body;
  const { code, reference } = (body ?? {}) as { code?: string; reference?: string };
  throw new Refused(code ?? "unexpected", reference);
}

const askNode: Ask = async (method, params) => {
  const answer = await fetch("/api/rpc", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  if (answer.status === 429) throw new Refused("rate_limited");
  if (!answer.ok) throw new Refused("chain_down");
  const { result, error } = (await answer.json()) as { result?: unknown; error?: unknown };
  if (error !== undefined || result === undefined || result === null) throw new Refused("chain_down");
  return result;
};
