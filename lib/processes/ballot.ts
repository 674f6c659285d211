import {
  type Address,
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
import { failpoint } from "@/lib/failpoint";

export interface Ballot {
  /** the proposal */
  digest: Hex;
  nonce: Hex;
  /** the validator's own digest of all entries */
  entries: Hex;
  /** zero agrees */
  reason: Hex;
}

/**
 * `late`: commits closed without ours. `committed`: others may still commit. `counted`: shown, and the chain counts it
 * as agreeing with what the proposal sealed; `shown`: shown, and it does not.
 */
export type BallotStep = "gone" | "no_seat" | "not_its_seat" | "late" | "committed" | "shown" | "counted";

export interface Voter {
  client: PublicClient;
  deployment: Deployment;
  account: PrivateKeyAccount;
  operatorId: number;
}

const commitment = [
  { type: "uint8" },
  { type: "bytes32" },
  { type: "bytes32" },
  { type: "bytes32" },
] as const;

/** One step of a validator's vote: commits, and once nobody can commit any more, shows what it committed. */
export async function castBallot(voter: Voter, ballot: Ballot): Promise<BallotStep> {
  const { client, deployment, account, operatorId } = voter;
  const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const readProgress = () => client.readContract({ ...manager, functionName: "progress" });
  const [[, openDigest], seats, progress] = await Promise.all([
    client.readContract({ ...manager, functionName: "proposal" }),
    client.readContract({ ...manager, functionName: "validators" }),
    readProgress(),
  ]);
  if (openDigest !== ballot.digest) return "gone";
  const place = seats.findIndex(({ signer }) => signer.toLowerCase() === account.address.toLowerCase());
  const seat = seats[place];
  if (!seat) return "no_seat";
  if (seat.operatorId !== operatorId) return "not_its_seat";
  const isIn = (set: bigint) => ((set >> BigInt(operatorId)) & 1n) === 1n;
  if (!isIn(progress.committed)) {
    const hash = keccak256(
      encodeAbiParameters(commitment, [operatorId, ballot.nonce, ballot.entries, ballot.reason]),
    );
    const data = encodeFunctionData({
      ...manager,
      functionName: "commit",
      args: [BigInt(place), hash.slice(0, 50) as Hex],
    });
    if (!(await send(voter, manager.address, data))) return "late";
    failpoint("validator.committed");
    return "committed";
  }
  const shownAs = ({ agreed, refused, wrong }: typeof progress): BallotStep | undefined => {
    if (isIn(agreed)) return "counted";
    return isIn(refused | wrong) ? "shown" : undefined;
  };
  const shown = shownAs(progress);
  if (shown) return shown;
  const data = encodeFunctionData({
    ...manager,
    functionName: "reveal",
    args: [BigInt(place), ballot.nonce, ballot.entries, ballot.reason],
  });
  if (!(await send(voter, manager.address, data))) return "committed";
  failpoint("validator.revealed");
  return shownAs(await readProgress()) ?? "committed";
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
