import { readFileSync, statSync } from "node:fs";
import type { Address, Hex } from "viem";

export const contractNames = [
  "accessManager",
  "timelock",
  "stateToken",
  "identityRegistry",
  "reserveRegistry",
  "staking",
  "payoutSplitter",
  "taxVault",
  "epochManager",
  "validatorRegistry",
  "evidence",
] as const;

export type ContractName = (typeof contractNames)[number];

export interface Deployment {
  chainId: number;
  deployedAtBlock: number;
  bytecodeHash: Hex;
  epochSeconds: number;
  unbondingSeconds: number;
  contracts: Record<ContractName, Address>;
}

let cached: { path: string; mtimeMs: number; deployment: Deployment } | undefined;

/** Reads deployment.json; the file is read again when it changes. */
export function readDeployment(path: string): Deployment {
  const { mtimeMs } = statSync(path);
  if (cached?.path === path && cached.mtimeMs === mtimeMs) return cached.deployment;
  const deployment = JSON.parse(readFileSync(path, "utf8")) as Deployment;
  const missing = contractNames.filter(
    (name) => !/^0x[0-9a-fA-F]{40}$/.test(deployment.contracts?.[name] ?? ""),
  );
  if (missing.length > 0)
    throw new Error(`deployment file ${path} lacks an address for ${missing.join(", ")}`);
  cached = { path, mtimeMs, deployment };
  return deployment;
}

/** Which of our contracts lies at this address, if any. */
export function contractAt(deployment: Deployment, address: Address): ContractName | undefined {
  const wanted = address.toLowerCase();
  return contractNames.find((name) => deployment.contracts[name].toLowerCase() === wanted);
}
