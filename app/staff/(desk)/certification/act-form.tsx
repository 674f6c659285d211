"use client";

import { useAction } from "next-safe-action/hooks";
import { type FormEvent, useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { TextInput } from "@/components/ui/text-input";
import { askToCertify, askToReinstate, askToRenew, askToRevoke, refuseApplication } from "./actions";

const words = {
  certify: {
    button: "Ask to certify",
    title: "Certify this operator?",
    text: "A second person must approve it. Then the registry takes the operator in; its seat it earns with its bond.",
    send: "Ask a second person",
  },
  refuse: {
    button: "Refuse",
    title: "Refuse this application?",
    text: "The same owner may apply again, with other keys and papers.",
    send: "Refuse",
  },
  renew: {
    button: "Renew",
    title: "Certify for longer?",
    text: "A second person must approve it. It holds from the next block on.",
    send: "Ask a second person",
  },
  revoke: {
    button: "Revoke",
    title: "Take the certificate away for good?",
    text: "A second person must approve it. The seat ends with the next epoch, even if too few are left for any epoch to become final. The reason is published word for word.",
    send: "Ask a second person",
  },
  reinstate: {
    button: "Let out of jail",
    title: "Let this operator out of jail?",
    text: "A second person must approve it. Strikes begin anew, and the operator must take up its seat by itself.",
    send: "Ask a second person",
  },
} as const;

type Props = { tomorrow: string } & (
  | { act: "certify" | "refuse"; certificationId: string }
  | { act: "renew"; operatorId: number; affiliated: boolean }
  | { act: "revoke" | "reinstate"; operatorId: number }
);

/** Each act in a dialog of its own, with its reason. */
export function ActForm(props: Props) {
  const [open, setOpen] = useState(false);
  const done = { onSuccess: () => setOpen(false) };
  const certify = useAction(askToCertify, done);
  const refuse = useAction(refuseApplication, done);
  const renew = useAction(askToRenew, done);
  const revoke = useAction(askToRevoke, done);
  const reinstate = useAction(askToReinstate, done);
  const { act, tomorrow } = props;
  const now = { certify, refuse, renew, revoke, reinstate }[act];
  const { button, title, text, send } = words[act];
  const isHard = act === "refuse" || act === "revoke";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const reason = String(form.get("reason") ?? "");
    const certifiedUntil = `${String(form.get("until") ?? "")}T00:00:00Z`;
    if (props.act === "certify")
      certify.execute({ certificationId: props.certificationId, certifiedUntil, reason });
    else if (props.act === "refuse") refuse.execute({ certificationId: props.certificationId, why: reason });
    else if (props.act === "renew")
      renew.execute({
        operatorId: props.operatorId,
        certifiedUntil,
        affiliated: form.get("affiliated") === "on",
        reason,
      });
    else if (props.act === "revoke" || props.act === "reinstate")
      (props.act === "revoke" ? revoke : reinstate).execute({ operatorId: props.operatorId, reason });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      locked={now.isPending}
      trigger={<Button variant={isHard ? "danger" : "secondary"}>{button}</Button>}
      title={title}
      description={text}
    >
      <form onSubmit={submit} className="mt-4 space-y-5">
        {(act === "certify" || act === "renew") && (
          <TextInput
            label="Certified until"
            hint="Within a year from today."
            type="date"
            name="until"
            min={tomorrow}
            required
          />
        )}
        {props.act === "renew" && (
          <Checkbox name="affiliated" label="Belongs to the bank's house" defaultChecked={props.affiliated} />
        )}
        <TextInput
          label="Reason"
          hint={act === "revoke" ? "Everybody can read it." : "Kept in the audit record with your name."}
          name="reason"
          required
          minLength={act === "revoke" ? 10 : 3}
          maxLength={500}
          autoComplete="off"
        />
        <Refusal result={now.result} />
        <Button
          type="submit"
          variant={isHard ? "danger" : "primary"}
          busy={now.isPending}
          busyLabel="Working"
        >
          {send}
        </Button>
      </form>
    </Dialog>
  );
}
