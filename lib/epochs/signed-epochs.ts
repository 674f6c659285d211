import {
  decodeEventLog,
  decodeFunctionResult,
  encodeEventTopics,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  zeroHash,
} from "viem";
import { epochManagerAbi } from "@/lib/chain/abi";
import { epochTypedData } from "@/lib/chain/typed-data";

/** Asks a node: any node of the chain, whoever runs it. */
export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

export interface SignedEpoch {
  number: bigint;
  digest: Hex;
  entriesRoot: Hex;
  liabilitiesRoot: Hex;
  liabilities: bigint;
  proposedBlock: bigint;
  /** whose signatures the contract counted when it became final */
  signers: number[];
}

export interface SignedEpochs {
  last: { number: bigint; digest: Hex; finalAt: bigint };
  epochs: Map<string, SignedEpoch>;
}

/** What a node says does not fit together: it is on another chain, or leaves something out. */
export class NodeDisagrees extends Error {
  override name = "NodeDisagrees";
}

const blocksAtOnce = 10_000n;
const toHex = (value: bigint): Hex => `0x${value.toString(16)}`;

/**
 * The epochs of these numbers as the contract made them final, from the chain alone. It starts at the last final digest in
 * the contract and follows each epoch's link to the one before, hashing each proposal anew: a node may leave epochs out,
 * and cannot make one up. A number that is not final is not in the answer.
 */
export async function signedEpochs(
  ask: Ask,
  of: { chainId: number; epochManager: Hex; fromBlock: bigint; numbers: readonly bigint[] },
): Promise<SignedEpochs> {
  const { chainId, epochManager, numbers } = of;
  const [chain, head, answer] = await Promise.all([
    ask("eth_chainId", []),
    ask("eth_blockNumber", []),
    ask("eth_call", [
      { to: epochManager, data: encodeFunctionData({ abi: epochManagerAbi, functionName: "lastFinal" }) },
      "latest",
    ]),
  ]);
  if (Number(chain) !== chainId)
    throw new NodeDisagrees(`the node is on chain ${Number(chain)}, not ${chainId}`);
  const [number, digest, finalAt] = decodeFunctionResult({
    abi: epochManagerAbi,
    functionName: "lastFinal",
    data: answer as Hex,
  });
  const wanted = new Set(numbers.filter((one) => one <= number).map(String));
  const found = new Map<string, SignedEpoch>();
  const last = { number, digest, finalAt };
  if (wanted.size === 0) return { last, epochs: found };

  const { proposals, signers } = await eventsOf(ask, { ...of, head: BigInt(head as Hex) });
  for (let [at, link] = [number, digest]; found.size < wanted.size && link !== zeroHash; at -= 1n) {
    const epoch = proposals.get(link);
    if (epoch?.number !== at) throw new NodeDisagrees(`the node leaves out the proposal of epoch ${at}`);
    if (wanted.has(String(at)))
      found.set(String(at), { ...epoch, digest: link, signers: signers.get(link) ?? [] });
    link = epoch.previousDigest;
  }
  return { last, epochs: found };
}

async function eventsOf(
  ask: Ask,
  {
    chainId,
    epochManager,
    fromBlock,
    head,
  }: { chainId: number; epochManager: Hex; fromBlock: bigint; head: bigint },
) {
  const topic = (eventName: "EpochProposed" | "EpochFinal") =>
    encodeEventTopics({ abi: epochManagerAbi, eventName })[0];
  const topics = [[topic("EpochProposed"), topic("EpochFinal")]];
  const proposals = new Map<Hex, Parameters<typeof epochTypedData>[0]["epoch"]>();
  const signers = new Map<Hex, number[]>();
  for (let from = fromBlock; from <= head; from += blocksAtOnce) {
    const to = from + blocksAtOnce - 1n;
    const logs = (await ask("eth_getLogs", [
      { address: epochManager, topics, fromBlock: toHex(from), toBlock: toHex(to < head ? to : head) },
    ])) as { topics: [Hex, ...Hex[]]; data: Hex }[];
    for (const log of logs) {
      const seen = decodeEventLog({ abi: epochManagerAbi, topics: log.topics, data: log.data });
      if (seen.eventName === "EpochProposed") {
        const { epoch } = seen.args;
        const made = epochTypedData({ chainId, verifyingContract: epochManager, epoch });
        proposals.set(hashTypedData(made), epoch);
      } else if (seen.eventName === "EpochFinal")
        signers.set(seen.args.digest, [...seen.args.signers].map(Number));
    }
  }
  return { proposals, signers };
}
