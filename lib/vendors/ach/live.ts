import type { Ach, AchOutcome, AchTransfer } from "@/lib/vendors/ach/contract";
import { callPartner } from "@/lib/vendors/call-partner";

/** A bank's own ACH gateway speaking the contract's JSON; keys make retries safe. */
export function liveAch(input: { url: string; token: string }): Ach {
  const send = (direction: "debits" | "credits") => async (transfer: AchTransfer) => {
    const answer = await callPartner<AchOutcome & { settledAt?: string }>({
      partner: "ach",
      url: new URL(`/${direction}`, input.url).href,
      token: input.token,
      body: transfer,
    });
    return answer.status === "settled"
      ? { ...answer, settledAt: new Date(answer.settledAt as unknown as string) }
      : answer;
  };
  return { debit: send("debits"), credit: send("credits") };
}
