"use client";

import type { ReactNode } from "react";
import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { isErrorCode } from "@/lib/errors";

export type RefusalLike = { code: string; reference?: string } | null | undefined;

/** A refusal from the server in the house's words: what, is my money safe, what now. */
export function RefusalBanner({ refusal, actions }: { refusal: RefusalLike; actions?: ReactNode }) {
  if (!refusal) return null;
  const words = errorWords[isErrorCode(refusal.code) ? refusal.code : "unexpected"];
  return (
    <Banner
      live
      tone="error"
      title={words.what}
      money={words.money}
      next={words.next}
      reference={refusal.code === "unexpected" ? refusal.reference : undefined}
      actions={actions}
    />
  );
}
