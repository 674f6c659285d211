"use client";

import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { TextInput } from "@/components/ui/text-input";
import { isErrorCode } from "@/lib/errors";

export function SignInForm({ returnTo, refusal }: { returnTo: string; refusal?: string }) {
  const [code, setCode] = useState(refusal);
  const [busy, setBusy] = useState(false);
  const words = code ? errorWords[isErrorCode(code) ? code : "unexpected"] : undefined;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setCode(undefined);
    const answer = await signIn("staff", {
      email: String(form.get("email") ?? ""),
      password: String(form.get("password") ?? ""),
      redirect: false,
    }).catch(() => undefined);
    if (answer?.ok && !answer.error) {
      window.location.assign(returnTo);
      return;
    }
    setBusy(false);
    setCode(answer?.error ?? "unexpected");
  }

  return (
    <form onSubmit={submit} className="space-y-6" noValidate={false}>
      {words && <Banner tone="error" live title={words.what} next={words.next} />}
      <TextInput
        label="Work e-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={200}
      />
      <TextInput
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={200}
      />
      <Button type="submit" busy={busy} busyLabel="Signing in" wide>
        Sign in
      </Button>
    </form>
  );
}
