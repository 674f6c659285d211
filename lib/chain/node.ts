import type { PublicClient } from "viem";
import { NodeTrouble } from "@/lib/chain/trouble";

export interface NodeCall {
  method: string;
  params: unknown[];
  /** the node may say in an error that it has no such thing */
  mayLack?: boolean;
}

/** A node that is not trusted: every failure has a word, and no answer is taken for another's. */
export interface ChainNode {
  /** answers in the order of the calls; undefined where the node knows nothing */
  batch(calls: NodeCall[]): Promise<unknown[]>;
}

const largest = 200;
const patienceMs = 10_000;

interface Answer {
  id: number;
  result?: unknown;
  error?: { code?: number; message?: string };
}

async function ask(url: string, calls: NodeCall[], timeoutMs: number): Promise<unknown[]> {
  const body = JSON.stringify(
    calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params })),
  );
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new NodeTrouble("node_silent", `the node did not answer: ${(error as Error).message}`);
  }
  if (status !== 200) throw new NodeTrouble("node_refuses", `the node answered HTTP ${status}`);
  let answers: Answer[];
  try {
    answers = JSON.parse(text) as Answer[];
  } catch {
    throw new NodeTrouble("node_garbled", "the node's answer is not JSON");
  }
  if (!Array.isArray(answers)) {
    const refusal = (answers as Answer | null)?.error?.message;
    throw refusal === undefined
      ? new NodeTrouble("node_garbled", "the node's answer is no list")
      : new NodeTrouble("node_refuses", `the node refused: ${refusal}`);
  }
  const byId = new Map(answers.map((answer) => [answer?.id, answer]));
  return calls.map(({ method, mayLack }, id) => {
    const answer = byId.get(id);
    if (mayLack && /not found|unknown block/i.test(answer?.error?.message ?? "")) return undefined;
    if (answer?.error) throw new NodeTrouble("node_refuses", `${method}: ${answer.error.message}`);
    if (answer?.result === undefined)
      throw new NodeTrouble("node_garbled", `the node left ${method} unanswered`);
    return answer.result ?? undefined;
  });
}

/** Batches are halved when the node refuses one, and grow again with each that it takes. */
export function openNode(url: string, timeoutMs = patienceMs): ChainNode {
  let size = largest;
  return {
    async batch(calls) {
      const answers: unknown[] = [];
      for (let at = 0; at < calls.length; ) {
        const part = calls.slice(at, at + size);
        try {
          answers.push(...(await ask(url, part, timeoutMs)));
        } catch (error) {
          if (part.length === 1 || (error as NodeTrouble).trouble !== "node_refuses") throw error;
          size = Math.ceil(part.length / 2);
          continue;
        }
        at += part.length;
        size = Math.min(largest, size * 2);
      }
      return answers;
    },
  };
}

const opened = new WeakMap<PublicClient, ChainNode>();

/** The node behind a client, asked without the client's own guesses. */
export function nodeOf(client: PublicClient): ChainNode {
  const known = opened.get(client);
  if (known) return known;
  const { url, timeout } = client.transport as unknown as { url: string; timeout?: number };
  const node = openNode(url, timeout);
  opened.set(client, node);
  return node;
}
