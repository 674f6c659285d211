"use client";

import { useAction } from "next-safe-action/hooks";
import { useState } from "react";
import { Refusal } from "@/app/staff/(desk)/refusal";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/text-area";
import { decide } from "../actions";

export function DecisionForm({ approvalId, seenHash }: { approvalId: string; seenHash: string }) {
  const [reason, setReason] = useState("");
  const { execute, isPending, result } = useAction(decide);
  const say = (decision: "approve" | "refuse") => execute({ approvalId, seenHash, decision, reason });
  return (
    <div className="space-y-5">
      <TextArea
        label="Reason"
        optional
        rows={3}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Refusal result={result} />
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => say("approve")} busy={isPending}>
          Approve
        </Button>
        <Button
          variant="danger"
          onClick={() => say("refuse")}
          disabledReason={reason.trim().length < 3 ? "Refusing needs a reason." : null}
        >
          Refuse
        </Button>
      </div>
    </div>
  );
}
