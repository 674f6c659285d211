"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl/react";
import { act } from "@/app/stake/act";
import { RefusalBanner, type RefusalLike } from "@/app/stake/refusal-banner";
import { Button } from "@/components/ui/button";
import { StatusChip } from "@/components/ui/status-chip";
import { endSession } from "./actions";

export type SessionRow = { id: string; isThis: boolean; browser: string; since: string; seen: string };

export function SessionList({ rows }: { rows: readonly SessionRow[] }) {
  const t = useTranslations("stake.settings");
  const router = useRouter();
  const [busy, setBusy] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<RefusalLike>(null);

  async function end(id: string) {
    setBusy(id);
    setRefusal(null);
    const answer = await act(() => endSession(id === "others" ? { others: true } : { sessionId: id }));
    setBusy(null);
    if (answer.ok) router.refresh();
    else setRefusal(answer.refusal);
  }

  return (
    <div className="space-y-4">
      <ul className="divide-y divide-rule border-y border-rule">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-semibold">
                {row.browser} {row.isThis && <StatusChip tone="good">{t("thisOne")}</StatusChip>}
              </p>
              <p className="text-note text-soft">
                {t("since")} {row.since} · {t("seen")} {row.seen}
              </p>
            </div>
            {!row.isThis && (
              <Button
                size="sm"
                variant="secondary"
                busy={busy === row.id}
                busyLabel={t("ending")}
                onClick={() => end(row.id)}
              >
                {t("end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <RefusalBanner refusal={refusal} />
      {rows.length > 1 && (
        <Button
          variant="danger"
          busy={busy === "others"}
          busyLabel={t("ending")}
          onClick={() => end("others")}
        >
          {t("endAll")}
        </Button>
      )}
    </div>
  );
}
