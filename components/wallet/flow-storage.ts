import type { Address } from "viem";
import { type FlowState, isFinished, resumeFlow } from "./flow";

/** Kept per chain, account and flow, so that two accounts in one browser never see each other's steps. */
export type FlowKey = { chainId: number; staking: Address; owner: Address; flowId: string };

const nameOf = (key: FlowKey) =>
  `granary.flow.${key.chainId}.${key.staking.toLowerCase()}.${key.owner.toLowerCase()}.${key.flowId}`;

export function keepFlow(key: FlowKey, state: FlowState) {
  try {
    localStorage.setItem(nameOf(key), JSON.stringify(state));
  } catch {
    // a browser that keeps nothing still runs the flow, only not over a reload
  }
}

export function dropFlow(key: FlowKey) {
  try {
    localStorage.removeItem(nameOf(key));
  } catch {
    // nothing was kept
  }
}

/** An unfinished flow of this account, as it goes on after a reload. */
export function keptFlow(key: FlowKey): FlowState | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(key)) ?? "null") as FlowState | null;
    if (kept?.version !== 1 || isFinished(kept)) return undefined;
    return resumeFlow(kept);
  } catch {
    return undefined;
  }
}
