import type { ReactNode } from "react";
import { GrainMark } from "@/components/art/grain-mark";
import { Banner } from "@/components/ui/banner";

/** A page that went wrong: what happened, is my money safe, what now. */
export function Trouble({
  title,
  what,
  money,
  next,
  reference,
  actions,
}: {
  title: string;
  what: string;
  money: string;
  next: string;
  reference?: string;
  actions: ReactNode;
}) {
  return (
    <main id="content" className="mx-auto max-w-form px-4 py-16 sm:px-6">
      <GrainMark className="mb-6 size-14 text-engrave" />
      <h1 className="mb-6 font-display text-title font-medium">{title}</h1>
      <Banner tone="warn" title={what} money={money} next={next} reference={reference} actions={actions} />
    </main>
  );
}
