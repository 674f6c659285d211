"use client";

import { Button } from "@/components/ui/button";
import { Why } from "@/components/ui/why";
import { openWalletList } from "./wallet-store";

export interface ConnectWords {
  connect: string;
  loading: string;
  demoHint: string;
  restore: string;
}

/** What a stranger sees first; all that follows (connect-panel.tsx) arrives when it is asked for. */
export function ConnectStart({
  words,
  isDemo,
  busy,
  onRestore,
}: {
  words: ConnectWords;
  isDemo: boolean;
  busy: boolean;
  onRestore: () => void;
}) {
  return (
    <div className="space-y-5">
      <Button size="lg" onClick={openWalletList} busy={busy} busyLabel={words.loading} data-testid="connect">
        {words.connect}
      </Button>
      {isDemo && (
        <>
          <p className="max-w-text text-note text-soft">{words.demoHint}</p>
          <Why question={words.restore} onOpen={onRestore}>
            {words.loading}
          </Why>
        </>
      )}
    </div>
  );
}
