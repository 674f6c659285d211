"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextArea } from "@/components/ui/text-area";
import { decideApplication } from "../actions";

export function Decision({ applicationId, fullName }: { applicationId: string; fullName: string }) {
  return (
    <div className="flex flex-wrap gap-3">
      <Approve applicationId={applicationId} fullName={fullName} />
      <Refuse applicationId={applicationId} fullName={fullName} />
    </div>
  );
}

function Approve({ applicationId, fullName }: { applicationId: string; fullName: string }) {
  const [open, setOpen] = useState(false);
  const { execute, isPending, result } = useAction(decideApplication);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={isPending}
      trigger={<Button>Approve</Button>}
      title={`Approve ${fullName}?`}
      description="The bank then registers the wallet on the chain. The customer can act once that is final."
      footer={
        <Button
          busy={isPending}
          busyLabel="Approving"
          onClick={() => execute({ applicationId, decision: "approve" })}
        >
          Approve
        </Button>
      }
    >
      <Refusal result={result} />
    </Dialog>
  );
}

function Refuse({ applicationId, fullName }: { applicationId: string; fullName: string }) {
  const [open, setOpen] = useState(false);
  const { execute, isPending, result } = useAction(decideApplication);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "");
    execute({ applicationId, decision: "refuse", reason });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={isPending}
      trigger={<Button variant="danger">Refuse</Button>}
      title={`Refuse ${fullName}?`}
      description="The customer reads your reason and may apply again."
    >
      <form onSubmit={submit} className="mt-4 space-y-5">
        <TextArea
          label="Reason"
          hint="Plain words, to the customer. Say what to change. Name no suspicion."
          name="reason"
          required
          minLength={5}
          maxLength={500}
        />
        <Refusal result={result} />
        <Button type="submit" variant="danger" busy={isPending} busyLabel="Refusing">
          Refuse
        </Button>
      </form>
    </Dialog>
  );
}
