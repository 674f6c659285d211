"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import { setAccountState } from "../actions";

const acts = {
  frozen: {
    button: "Freeze",
    title: "Freeze this account?",
    text: "Nothing can be taken out or converted any more. What arrives is kept, and what was promised by a hold is carried through. The customer reads that the account is under review, and never why.",
  },
  open: {
    button: "Open again",
    title: "Open this account again?",
    text: "Another person must approve it. Until then it stays frozen.",
  },
  closed: {
    button: "Close",
    title: "Close this account for good?",
    text: "It is empty, and it will neither take nor give again. A closed account cannot be opened.",
  },
} as const;

export function StateForm({
  accountId,
  name,
  to,
}: {
  accountId: string;
  name: string;
  to: keyof typeof acts;
}) {
  const [open, setOpen] = useState(false);
  const change = useAction(setAccountState, { onSuccess: () => setOpen(false) });
  const { button, title, text } = acts[to];
  const variant = to === "open" ? "secondary" : "danger";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "");
    change.execute({ accountId, state: to, reason });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={change.isPending}
      trigger={
        <Button variant={variant} size="sm" aria-label={`${button}: ${name}`}>
          {button}
        </Button>
      }
      title={title}
      description={text}
    >
      <form onSubmit={submit} className="mt-4 space-y-5">
        <TextInput
          label="Reason"
          hint="Kept in the audit record with your name."
          name="reason"
          required
          minLength={3}
          maxLength={500}
          autoComplete="off"
        />
        <Refusal result={change.result} />
        <Button
          type="submit"
          variant={to === "open" ? "primary" : "danger"}
          busy={change.isPending}
          busyLabel="Working"
        >
          {to === "open" ? "Ask for a second person" : button}
        </Button>
      </form>
    </Dialog>
  );
}
