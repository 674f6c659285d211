import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  type PublicClient,
  zeroHash,
} from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { receiptOf } from "@/lib/chain/receipt-of";
import { revertIn } from "@/lib/chain/revert";

export interface Ballot {
  /** the proposal */
  digest: Hex;
  /** the validator's own digest of all entries */
  entries: Hex;
  /** zero agrees */
  reason: Hex;
}

/** `late`: commits closed without ours. `waiting`: committed, and others may still commit. */
export type BallotStep = "gone" | "no_seat" | "late" | "committed" | "waiting" | "revealed";

export interface Voter {
  client: PublicClient;
  deployment: Deployment;
  account: PrivateKeyAccount;
  key: Hex;
}

const commitment = [
  { type: "uint8" },
  { type: "bytes32" },
  { type: "bytes32" },
  { type: "bytes32" },
] as const;

/** One step of a validator's vote: commits, and once nobody can commit any more, shows what it committed. */
export async function castBallot(voter: Voter, ballot: Ballot): Promise<BallotStep> {
  const { client, deployment, account } = voter;
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const [[, openDigest], seats, progress] = await Promise.all([
    client.readContract({ ...manager, functionName: "proposal" }),
    client.readContract({ ...manager, functionName: "validators" }),
    client.readContract({ ...manager, functionName: "progress" }),
  ]);
  if (openDigest !== ballot.digest) return "gone";
  const place = seats.findIndex(({ signer }) => signer.toLowerCase() === account.address.toLowerCase());
  const seat = seats[place];
  if (!seat) return "no_seat";
  const isIn = (set: bigint) => ((set >> BigInt(seat.operatorId)) & 1n) === 1n;
  // made from the key and the proposal: whoever loses its memory can still open what it committed
  const nonce = keccak256(concat([voter.key, ballot.digest]));
  if (!isIn(progress.committed)) {
    const hash = keccak256(
      encodeAbiParameters(commitment, [seat.operatorId, nonce, ballot.entries, ballot.reason]),
    );
    const data = encodeFunctionData({
      ...manager,
      functionName: "commit",
      args: [BigInt(place), hash.slice(0, 50) as Hex],
    });
    return (await send(voter, manager.address, data)) ? "committed" : "late";
  }
  if (isIn(progress.agreed | progress.refused | progress.wrong)) return "revealed";
  const data = encodeFunctionData({
    ...manager,
    functionName: "reveal",
    args: [BigInt(place), nonce, ballot.entries, ballot.reason],
  });
  return (await send(voter, manager.address, data)) ? "revealed" : "waiting";
}

/** False when the contract refuses: it is too early or too late. */
async function send({ client, account }: Voter, to: Address, data: Hex): Promise<boolean> {
  try {
    const [gas, nonce, fees] = await Promise.all([
      client.estimateGas({ account: account.address, to, data, blockTag: "pending" }),
      client.getTransactionCount({ address: account.address, blockTag: "pending" }),
      client.estimateFeesPerGas(),
    ]);
    const chainId = client.chain?.id ?? (await client.getChainId());
    const serializedTransaction = await account.signTransaction({
      type: "eip1559",
      chainId,
      nonce,
      to,
      data,
      gas: gas + gas / 3n,
      ...fees,
    });
    const hash = await client.sendRawTransaction({ serializedTransaction });
    const { status } = await receiptOf(client, hash, { everyMs: 50 });
    return status === "success";
  } catch (error) {
    if (revertIn(error)) return false;
    throw error;
  }
}

export const noReason = zeroHash;
