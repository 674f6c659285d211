"use client";

import { useRouter } from "next/navigation";
import { useAction } from "next-safe-action/hooks";
import type { FormEvent } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Section } from "@/components/ui/section";
import { TextInput } from "@/components/ui/text-input";
import { takeApplication } from "../actions";

const address = "0x[0-9a-fA-F]{40}";
const digest = "0x[0-9a-f]{64}";

const papers = [
  ["owner", "Who owns the company"],
  ["keys", "How the keys were made"],
  ["insurance", "Insurance policy"],
  ["hosting", "Where the machines stand"],
  ["security", "Security report"],
] as const;

export function ApplicationForm() {
  const router = useRouter();
  const { execute, isPending, result } = useAction(takeApplication, {
    onSuccess: ({ data }) => router.push(`/staff/certification/${data.certificationId}`),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    execute({
      kind: "validator",
      name: text("name"),
      controller: text("controller"),
      ownerHash: text("ownerHash"),
      affiliated: form.get("affiliated") === "on",
      signer: text("signer"),
      node: text("node"),
      evidence: papers.map(([kind]) => ({
        kind,
        title: text(`${kind}-title`),
        digest: text(`${kind}-digest`),
      })),
    });
  }

  return (
    <form onSubmit={submit} className="max-w-3xl space-y-10">
      <Section title="The operator">
        <div className="space-y-5">
          <TextInput label="Company" name="name" required minLength={3} maxLength={80} autoComplete="off" />
          <TextInput
            label="Wallet"
            hint="It applies on chain and decides for the operator."
            name="controller"
            required
            pattern={address}
            autoComplete="off"
            spellCheck={false}
          />
          <TextInput
            label="Beneficial owner, sealed"
            hint="32 bytes: the salted hash that the operator gives on chain."
            name="ownerHash"
            required
            pattern={digest}
            autoComplete="off"
            spellCheck={false}
          />
          <Checkbox name="affiliated" label="Belongs to the bank's house" />
        </div>
      </Section>
      <Section title="Keys" lead="Two keys, neither of which was ever an operator's.">
        <div className="space-y-5">
          <TextInput
            label="Signs epochs with"
            name="signer"
            required
            pattern={address}
            autoComplete="off"
            spellCheck={false}
          />
          <TextInput
            label="Makes blocks with"
            name="node"
            required
            pattern={address}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
      </Section>
      <Section title="Documents" lead="A title, and the SHA-256 of the file as 0x and 64 digits.">
        <div className="space-y-8">
          {papers.map(([kind, label]) => (
            <div key={kind} className="grid gap-5 sm:grid-cols-2">
              <TextInput
                label={label}
                name={`${kind}-title`}
                required
                minLength={3}
                maxLength={120}
                autoComplete="off"
              />
              <TextInput
                label={`${label}: digest`}
                name={`${kind}-digest`}
                required
                pattern={digest}
                autoComplete="off"
                spellCheck={false}
              />
            </div>
          ))}
        </div>
      </Section>
      <Refusal result={result} />
      <Button type="submit" busy={isPending} busyLabel="Working">
        Take it down
      </Button>
    </form>
  );
}
