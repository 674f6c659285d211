"use client";

import { useAction } from "next-safe-action/hooks";
import { useEffect, useRef } from "react";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import type { ErrorCode } from "@/lib/errors";
import { playCheat, undoCheat } from "./actions";

function Refused({ code }: { code: ErrorCode | undefined }) {
  if (!code) return null;
  const { what, money, next } = errorWords[code];
  return <Banner tone="error" live title={what} money={money} next={next} className="mt-4" />;
}

/** What was pressed is gone once it has worked: whoever works by keyboard or ear is taken to what came instead. */
function useHandOver(id: string): () => void {
  const wasPressed = useRef(false);
  useEffect(
    () => () => {
      if (wasPressed.current) requestAnimationFrame(() => document.getElementById(id)?.focus());
    },
    [id],
  );
  return () => {
    wasPressed.current = true;
  };
}

export function CheatButton({
  kind,
  label,
  describedBy,
}: {
  kind: string;
  label: string;
  describedBy: string;
}) {
  const play = useAction(playCheat);
  const handOver = useHandOver("happening");
  return (
    <>
      <Button
        variant="danger"
        busy={play.isPending}
        aria-describedby={describedBy}
        onClick={() => {
          handOver();
          play.execute({ kind });
        }}
        className="max-sm:w-full"
      >
        {label}
      </Button>
      <Refused code={play.result.serverError?.code} />
    </>
  );
}

export function UndoButton({
  label,
  busyLabel,
  isAsked,
}: {
  label: string;
  busyLabel: string;
  isAsked: boolean;
}) {
  const undo = useAction(undoCheat);
  const handOver = useHandOver("choices");
  return (
    <>
      <Button
        size="lg"
        busy={undo.isPending || isAsked}
        busyLabel={busyLabel}
        onClick={() => {
          handOver();
          undo.execute({});
        }}
        className="max-sm:w-full"
      >
        {label}
      </Button>
      <Refused code={undo.result.serverError?.code} />
    </>
  );
}
