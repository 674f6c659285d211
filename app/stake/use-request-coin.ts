"use client";

import { useCallback } from "react";
import type { ErrorCode } from "@/lib/errors";
import { isErrorCode } from "@/lib/errors";
import { act } from "./act";
import { requestCoin } from "./actions";

/** Asks the bank for the coin that pays network steps, and gives it a moment to arrive. */
export function useRequestCoin() {
  return useCallback(async (): Promise<{ ok: boolean; code?: ErrorCode }> => {
    const answer = await act(() => requestCoin());
    if (!answer.ok)
      return { ok: false, code: isErrorCode(answer.refusal.code) ? answer.refusal.code : "unexpected" };
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    return { ok: true };
  }, []);
}
