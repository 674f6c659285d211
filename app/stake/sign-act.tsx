"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import type { Flow } from "@/components/wallet/flow";
import { type SigningPlace, useSigning } from "./use-signing";

type ActFlow = Extract<Flow, { kind: "claim" | "withdraw" }>;

/** A button that needs no form: claim, or withdraw. What it does stands in `flow`. */
export function SignAct({
  flow,
  owner,
  chain,
  symbol,
  label,
  preview,
  done,
  disabledReason,
  children,
}: {
  flow: ActFlow;
  label: string;
  preview?: ReactNode;
  done: ReactNode;
  disabledReason?: string | null;
  /** stands beneath the button until the signing begins, which has a preview of its own */
  children?: ReactNode;
} & SigningPlace) {
  const signing = useSigning(flow.kind, { owner, chain, symbol });
  if (signing.flow) return signing.steps({ preview, done });
  return (
    <>
      <Button
        size="lg"
        disabledReason={disabledReason}
        onClick={() => signing.begin(flow)}
        data-testid={`open-${flow.kind}`}
      >
        {label}
      </Button>
      {children}
    </>
  );
}
