"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Address } from "viem";
import type { Flow } from "@/components/wallet/flow";
import { keptFlow } from "@/components/wallet/flow-storage";
import { TransactionSteps, useKeptFlow } from "@/components/wallet/transaction-steps";
import { useRequestCoin } from "./use-request-coin";

export type SigningPlace = { owner: Address; chain: { chainId: number; staking: Address }; symbol: string };

type FlowOf<K extends Flow["kind"]> = Extract<Flow, { kind: K }>;

/** One signing flow of a page: what runs now, how one begins, and its steps. One left unfinished comes first. */
export function useSigning<K extends Flow["kind"]>(kind: K, place: SigningPlace) {
  const { owner, chain, symbol } = place;
  const router = useRouter();
  const kept = useKeptFlow(owner, chain, kind);
  const requestCoin = useRequestCoin();
  const [started, setStarted] = useState<{ flow: FlowOf<K>; id: number } | null>(null);
  const [left, setLeft] = useState(false);
  const flow = started?.flow ?? (left ? null : kept?.kind === kind ? (kept as FlowOf<K>) : null);
  return {
    flow,
    begin(wish: FlowOf<K>) {
      const unfinished = keptFlow({ ...chain, owner, flowId: kind })?.flow;
      setStarted({ flow: (unfinished as FlowOf<K> | undefined) ?? wish, id: Date.now() });
    },
    steps: (parts: { preview?: ReactNode; done: ReactNode }) =>
      flow && (
        <TransactionSteps
          key={started?.id ?? "kept"}
          flowId={kind}
          flow={flow}
          owner={owner}
          chain={chain}
          tokenSymbol={symbol}
          preview={parts.preview || undefined}
          requestCoin={requestCoin}
          done={parts.done}
          onFinished={() => router.refresh()}
          onLeave={() => {
            setStarted(null);
            setLeft(true);
          }}
        />
      ),
  };
}
