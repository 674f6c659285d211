"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useEffect, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import { revealNumber } from "../actions";

const shownForMs = 60_000;

export function RevealForm({ applicationId, masked }: { applicationId: string; masked: string }) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<string>();
  const { execute, isPending, result } = useAction(revealNumber, {
    onSuccess: ({ data }) => {
      setShown(data?.taxNumber);
      setOpen(false);
    },
  });

  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(undefined), shownForMs);
    return () => clearTimeout(timer);
  }, [shown]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    execute({ applicationId, reason: String(new FormData(event.currentTarget).get("reason") ?? "") });
  }

  if (shown)
    return (
      <span className="flex flex-wrap items-center gap-3">
        <span className="font-semibold tabular-nums">{shown}</span>
        <Button variant="quiet" size="sm" onClick={() => setShown(undefined)}>
          Hide
        </Button>
      </span>
    );
  return (
    <span className="flex flex-wrap items-center gap-3">
      <span className="tabular-nums">{masked}</span>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        locked={isPending}
        trigger={
          <Button variant="quiet" size="sm">
            Show in full
          </Button>
        }
        title="Show the tax number?"
        description="Your name, the time and your reason go on record. The number is hidden again after a minute."
      >
        <form onSubmit={submit} className="mt-4 space-y-5">
          <TextInput label="Reason" name="reason" required minLength={5} maxLength={500} autoComplete="off" />
          <Refusal result={result} />
          <Button type="submit" busy={isPending} busyLabel="Opening">
            Show it
          </Button>
        </form>
      </Dialog>
    </span>
  );
}
