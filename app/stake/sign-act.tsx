"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Address } from "viem";
import { Button } from "@/components/ui/button";
import type { Flow } from "@/components/wallet/flow";
import { TransactionSteps, useKeptFlow } from "@/components/wallet/transaction-steps";
import { useRequestCoin } from "./use-request-coin";

/** A button that needs no form: claim, or withdraw. What it does stands in `flow`. */
export function SignAct({
  flowId,
  flow,
  owner,
  chain,
  symbol,
  label,
  preview,
  done,
  disabledReason,
}: {
  flowId: string;
  flow: Flow;
  owner: Address;
  chain: { chainId: number; staking: Address };
  symbol: string;
  label: string;
  preview?: ReactNode;
  done: ReactNode;
  disabledReason?: string | null;
}) {
  const router = useRouter();
  const kept = useKeptFlow(owner, chain, flowId);
  const requestCoin = useRequestCoin();
  const [started, setStarted] = useState<{ flow: Flow; id: number } | null>(null);
  const [left, setLeft] = useState(false);
  const running = started?.flow ?? (left ? null : kept) ?? null;
  if (!running)
    return (
      <Button
        size="lg"
        disabledReason={disabledReason}
        onClick={() => setStarted({ flow, id: Date.now() })}
        data-testid={`open-${flowId}`}
      >
        {label}
      </Button>
    );
  return (
    <TransactionSteps
      key={started?.id ?? "kept"}
      flowId={flowId}
      flow={running}
      owner={owner}
      chain={chain}
      tokenSymbol={symbol}
      preview={preview}
      requestCoin={requestCoin}
      done={done}
      onFinished={() => router.refresh()}
      onLeave={() => {
        setStarted(null);
        setLeft(true);
      }}
    />
  );
}
