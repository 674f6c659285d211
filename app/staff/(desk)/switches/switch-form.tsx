"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import { Refusal } from "../refusal";
import { turnSwitch } from "./actions";

export function SwitchForm({ name, label, isOn }: { name: string; label: string; isOn: boolean }) {
  const [open, setOpen] = useState(false);
  const turn = useAction(turnSwitch, { onSuccess: () => setOpen(false) });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "");
    turn.execute({ name, isOn: !isOn, reason });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={turn.isPending}
      trigger={
        <Button
          variant={isOn ? "danger" : "secondary"}
          size="sm"
          aria-label={`Turn ${label} ${isOn ? "off" : "on"}`}
        >
          Turn {isOn ? "off" : "on"}
        </Button>
      }
      title={`Turn ${label.toLowerCase()} ${isOn ? "off" : "on"}?`}
      description={
        isOn
          ? "Customers are told that the bank looks into something. Claims, unstaking and withdrawing on the chain go on."
          : "New requests are taken again at once."
      }
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
        <Refusal result={turn.result} />
        <Button type="submit" variant={isOn ? "danger" : "primary"} busy={turn.isPending} busyLabel="Turning">
          Turn {isOn ? "off" : "on"}
        </Button>
      </form>
    </Dialog>
  );
}
