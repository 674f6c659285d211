import { type Abi, type Address, decodeFunctionData, encodeFunctionData, type Hex } from "viem";
import {
  epochManagerAbi,
  identityRegistryAbi,
  payoutSplitterAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  taxVaultAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import { type ContractName, contractAt, type Deployment } from "@/lib/chain/addresses";
import { isInRange } from "@/lib/chain/call-ranges";

/** The bank's hot keys; each may do only what stands beside it. */
export const senders = ["issuer", "registrar", "proposer", "remitter", "faucet", "certifier"] as const;
export type Sender = (typeof senders)[number];

const abis: Partial<Record<ContractName, Abi>> = {
  stateToken: stateTokenAbi as Abi,
  identityRegistry: identityRegistryAbi as Abi,
  reserveRegistry: reserveRegistryAbi as Abi,
  staking: stakingAbi as Abi,
  payoutSplitter: payoutSplitterAbi as Abi,
  taxVault: taxVaultAbi as Abi,
  epochManager: epochManagerAbi as Abi,
  validatorRegistry: validatorRegistryAbi as Abi,
};

const allowed: Record<Sender, Partial<Record<ContractName, readonly string[]>>> = {
  issuer: { stateToken: ["mint"], reserveRegistry: ["record", "attest", "release"] },
  registrar: { identityRegistry: ["register", "setStatus", "scheduleRateClass"] },
  proposer: { epochManager: ["propose", "finalize", "openCanary"] },
  remitter: {
    taxVault: ["remit", "releaseToPayer"],
    payoutSplitter: ["sweep", "payOperatorFee"],
    staking: ["claimFor"],
    epochManager: ["payCanaryReward"],
  },
  faucet: {},
  certifier: { validatorRegistry: ["approve", "certify", "revoke", "reinstate"] },
};

/** The most native coin one grant may carry, in wei. */
export const grantCapWei = 50_000_000_000_000_000n;

export interface OutgoingCall {
  sender: Sender;
  to: Address;
  data: Hex;
  valueWei: bigint;
}

/** The call as it was read, or the reason why this sender may not make it. */
export function checkCall(
  deployment: Deployment,
  call: OutgoingCall,
): { allowed: true; name: string; args: readonly unknown[] } | { allowed: false; reason: string } {
  const contract = contractAt(deployment, call.to);
  if (call.sender === "faucet") {
    if (contract || call.data !== "0x") return { allowed: false, reason: "faucet_only_grants" };
    if (call.valueWei <= 0n || call.valueWei > grantCapWei)
      return { allowed: false, reason: "grant_outside_cap" };
    return { allowed: true, name: "grant", args: [] };
  }
  if (call.valueWei !== 0n) return { allowed: false, reason: "value_not_allowed" };
  const abi = contract && abis[contract];
  if (!contract || !abi) return { allowed: false, reason: "unknown_contract" };
  let functionName: string;
  let args: readonly unknown[];
  try {
    const decoded = decodeFunctionData({ abi, data: call.data });
    functionName = decoded.functionName;
    args = decoded.args ?? [];
    // What is signed is what was read: nothing hides behind the last parameter or in the padding.
    if (encodeFunctionData({ abi, functionName, args }) !== call.data.toLowerCase())
      return { allowed: false, reason: "not_canonical" };
  } catch {
    return { allowed: false, reason: "unknown_selector" };
  }
  if (!allowed[call.sender]?.[contract]?.includes(functionName))
    return { allowed: false, reason: "not_for_this_sender" };
  return isInRange(deployment, { contract, functionName, args })
    ? { allowed: true, name: `${contract}.${functionName}`, args }
    : { allowed: false, reason: "outside_range" };
}
