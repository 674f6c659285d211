"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import { checkApplication } from "../actions";

/** One look at one thing: passed at once, failed with a reason. */
export function CheckForm({
  certificationId,
  name,
  title,
}: {
  certificationId: string;
  name: string;
  title: string;
}) {
  const [open, setOpen] = useState(false);
  const { execute, isPending, result } = useAction(checkApplication, { onSuccess: () => setOpen(false) });

  function fail(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get("note") ?? "");
    execute({ certificationId, name, outcome: "failed", note });
  }

  return (
    <div className="mt-3 space-y-3">
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          variant="secondary"
          busy={isPending}
          aria-label={`Passed: ${title}`}
          onClick={() => execute({ certificationId, name, outcome: "passed" })}
        >
          Passed
        </Button>
        <Dialog
          open={open}
          onOpenChange={setOpen}
          locked={isPending}
          trigger={
            <Button size="sm" variant="danger" aria-label={`Failed: ${title}`}>
              Failed
            </Button>
          }
          title={`${title}: what is missing?`}
          description="Whoever looks next reads it."
        >
          <form onSubmit={fail} className="mt-4 space-y-5">
            <TextInput
              label="What was found"
              name="note"
              required
              minLength={3}
              maxLength={500}
              autoComplete="off"
            />
            <Refusal result={result} />
            <Button type="submit" variant="danger" busy={isPending} busyLabel="Working">
              Failed
            </Button>
          </form>
        </Dialog>
      </div>
      {!open && <Refusal result={result} />}
    </div>
  );
}
