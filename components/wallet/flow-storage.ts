import type { Address } from "viem";
import { type FlowState, isFinished, resumeFlow } from "./flow";

/** Kept per chain, account and flow, so that two accounts in one browser never see each other's steps. */
export type FlowKey = { chainId: number; staking: Address; owner: Address; flowId: string };

export const flowName = (key: FlowKey) =>
  `granary.flow.${key.chainId}.${key.staking.toLowerCase()}.${key.owner.toLowerCase()}.${key.flowId}`;

/** False in a browser that keeps nothing: it still runs the flow, only not over a reload. */
export function keepFlow(key: FlowKey, state: FlowState): boolean {
  try {
    localStorage.setItem(flowName(key), JSON.stringify(state));
    return true;
  } catch {
    return false;
  }
}

export function dropFlow(key: FlowKey) {
  try {
    localStorage.removeItem(flowName(key));
  } catch {
    // nothing was kept
  }
}

/** An unfinished flow of this account, as it goes on after a reload. */
export function keptFlow(key: FlowKey): FlowState | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(flowName(key)) ?? "null") as FlowState | null;
    if (kept?.version !== 1 || isFinished(kept)) return undefined;
    return resumeFlow(kept);
  } catch {
    return undefined;
  }
}
