"use client";

import { useAction } from "next-safe-action/hooks";
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
  return (
    <>
      <Button
        variant="danger"
        busy={play.isPending}
        aria-describedby={describedBy}
        onClick={() => play.execute({ kind })}
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
  return (
    <>
      <Button
        size="lg"
        busy={undo.isPending || isAsked}
        busyLabel={busyLabel}
        onClick={() => undo.execute({})}
        className="max-sm:w-full"
      >
        {label}
      </Button>
      <Refused code={undo.result.serverError?.code} />
    </>
  );
}
