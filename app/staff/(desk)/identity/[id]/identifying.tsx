"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useEffect, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { DefinitionList } from "@/components/ui/definition-list";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import type { RevealedIdentity } from "@/lib/customers/commands/reveal-identity";
import { revealIdentity } from "../actions";

const shownForMs = 60_000;

/** What identifies the applicant: masked, until somebody who may asks for it with a reason. */
export function Identifying({
  applicationId,
  masked,
  town,
  mayReveal,
}: {
  applicationId: string;
  masked: { birthDate: string; taxNumber: string };
  town: string;
  mayReveal: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<RevealedIdentity>();
  const { execute, isPending, result } = useAction(revealIdentity, {
    onSuccess: ({ data }) => {
      setShown(data);
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

  const dialog = (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={isPending}
      trigger={
        <Button variant="quiet" size="sm">
          Show in full
        </Button>
      }
      title="Show what identifies the applicant?"
      description="Your name, the time and your reason go on record. It is hidden again after a minute."
    >
      <form onSubmit={submit} className="mt-4 space-y-5">
        <TextInput label="Reason" name="reason" required minLength={5} maxLength={500} autoComplete="off" />
        <Refusal result={result} />
        <Button type="submit" busy={isPending} busyLabel="Opening">
          Show it
        </Button>
      </form>
    </Dialog>
  );
  const hide = (
    <Button variant="quiet" size="sm" onClick={() => setShown(undefined)}>
      Hide
    </Button>
  );
  return (
    <DefinitionList
      className="border-t-0"
      items={[
        {
          term: "Date of birth",
          value: <span className="tabular-nums">{shown?.birthDate ?? masked.birthDate}</span>,
        },
        {
          term: "Address",
          value: (
            <address className="not-italic">
              {shown?.street ?? "•••"}
              <br />
              {town}
            </address>
          ),
        },
        {
          term: "Tax number",
          value: (
            <span className="flex flex-wrap items-center gap-3">
              <span className="tabular-nums">{shown?.taxNumber ?? masked.taxNumber}</span>
              {shown ? hide : mayReveal && dialog}
            </span>
          ),
        },
      ]}
    />
  );
}
