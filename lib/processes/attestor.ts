import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Address,
  BaseError,
  concat,
  type Hex,
  HttpRequestError,
  keccak256,
  type PublicClient,
  sha256,
  stringToHex,
  TimeoutError,
  toHex,
  zeroHash,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { epochManagerAbi, stateTokenAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { ChainMoved, factsOf, headerCall, provenHeader } from "@/lib/chain/blocks";
import { watchedContracts } from "@/lib/chain/decode";
import type { EpochContent } from "@/lib/chain/facts";
import { type BlockRef, lastCreditable } from "@/lib/chain/finality";
import { nodeOf } from "@/lib/chain/node";
import { NodeTrouble } from "@/lib/chain/trouble";
import { epochDigest, epochToSign } from "@/lib/epochs/digest";
import { FactsView } from "@/lib/epochs/verify/chain-view";
import type { Accepted } from "@/lib/epochs/verify/verify-epoch";
import { failpoint } from "@/lib/failpoint";
import { agreedIn } from "@/lib/processes/agreed-restore";
import { type BallotStep, castBallot, noReason } from "@/lib/processes/ballot";
import { type BatchJudge, BatchUnavailable } from "@/lib/processes/batch";
import type { ExecutedBlock, Follower, FollowerStatus } from "@/lib/processes/follower/contract";
import { ownNodeFollower } from "@/lib/processes/follower/own-node";
import { readState, stateOf, stateText, writeState } from "@/lib/processes/state-file";
import {
  type Books,
  emptyBooks,
  foldBlock,
  type Refusal,
  type Verdict,
  type VerifyContext,
} from "@/lib/validators/verify";

export interface AttestorConfig {
  /** the chain's node: votes are sent to it, and it says what is final */
  client: PublicClient;
  deployment: Deployment;
  /** absent: the chain's node is the operator's own */
  follower?: Follower;
  finalityFile: string | undefined;
  batches: BatchJudge;
  key: Hex;
  operatorId: number;
  /** folder for what this validator has seen, committed and signed */
  folder: string;
}

/** How far this validator has come with one proposal. Each step is on disk before the next is done. */
interface Vote {
  digest: Hex;
  proposedBlock: bigint;
  nonce: Hex;
  entries: Hex;
  /** undefined agrees */
  refusal: Refusal | undefined;
  step: BallotStep | "judged";
  signature: Hex | undefined;
  /** where the next epoch has to begin, if this one becomes final */
  next: Accepted | undefined;
  /** of an earlier proposal of the same number */
  signedBefore: { digest: Hex; proposedBlock: bigint } | undefined;
}

interface BooksState {
  books: Books;
  view: FactsView;
  verdict: Verdict | undefined;
}

interface Proposal {
  digest: Hex;
  epoch: EpochContent;
  /** what speaks against it by the blocks alone */
  refusal: Refusal | undefined;
}

export interface AttestorTally {
  commits: number;
  reveals: number;
  signatures: number;
  refusals: Record<string, number>;
}

export interface AttestorStatus {
  operatorId: number;
  signer: Address;
  recomputedTo: bigint;
  finalTo: bigint | undefined;
  lastFinalEpoch: bigint;
  open: { number: bigint; digest: Hex; step: string } | undefined;
  lastSigned: { number: string; digest: Hex } | undefined;
  lastRefused: { number: string; refusal: Refusal } | undefined;
  supplyMicros: bigint;
  marketMicros: bigint;
  lendableMicros: bigint;
  feePotMicros: bigint;
  faults: Refusal[];
  follower: FollowerStatus;
  tally: AttestorTally;
  /** why it does not go on now: a word for machines and a sentence */
  trouble: { word: string; sentence: string } | undefined;
}

export interface Attestor {
  step(): Promise<void>;
  attestation(
    number: string,
  ):
    | { found: "signed"; attestation: { digest: Hex; signature: Hex } }
    | { found: "refused"; digest: Hex; refusal: Refusal }
    | { found: "none" };
  status(): AttestorStatus;
  /** keeps what was executed, and ends the own node */
  close(): Promise<void>;
}

const isShown = (step: Vote["step"]) => step === "counted" || step === "shown";
const keptEpochs = 200;
const keepEachBlocks = 50n;
/** while it catches up, time is better spent on executing */
const keepEachBehind = 1_000n;

/**
 * One validator. For each proposal, in this order: judge it from blocks that its own node has executed, commit to the
 * verdict, show it once nobody can commit any more, and sign only after that.
 *
 * Two digests for one epoch: a proposal may be replaced before it is final, so a second signature for a number is given
 * only when the chain shows a later proposal of that number (a higher proposedBlock, which is part of what is signed) and
 * the number is not final yet. What was signed is on disk before anyone can read it.
 */
export async function openAttestor(config: AttestorConfig): Promise<Attestor> {
  const { client, deployment, operatorId } = config;
  const account = privateKeyToAccount(config.key);
  mkdirSync(config.folder, { recursive: true });
  // named by what the operator was given, so that no lie of a node makes it forget what it signed
  const name = `operator-${operatorId}-${sha256(toHex(JSON.stringify(deployment))).slice(2, 14)}`;
  const path = join(config.folder, `${name}.json`);
  const follower =
    config.follower ??
    ownNodeFollower({ client, deployment, keepAt: join(config.folder, `${name}-books.json`) });
  const ours = new Set(watchedContracts.map((one) => deployment.contracts[one].toLowerCase()));
  const context: VerifyContext = {
    epochManager: deployment.contracts.epochManager,
    digestOf: (epoch) => epochDigest(deployment, epoch),
  };
  let votes: Record<string, Vote> = readState<{ votes: Record<string, Vote> }>(path)?.votes ?? {};
  const nowhere = { number: BigInt(deployment.deployedAtBlock) - 1n, hash: zeroHash };
  let { books, view, verdict }: BooksState = {
    books: emptyBooks(nowhere),
    view: new FactsView(),
    verdict: undefined,
  };
  /** of the last final epoch, when this validator was away */
  let begun: Accepted | undefined;
  let keptAt = books.at.number;
  let fromFirst = false;
  let proposal: Proposal | undefined;
  let castAt: bigint | undefined;
  let finalTo: BlockRef | undefined;
  let trouble: AttestorStatus["trouble"];
  const tally: AttestorTally = { commits: 0, reveals: 0, signatures: 0, refusals: {} };

  async function supplyAt(blockNumber: bigint): Promise<bigint | undefined> {
    try {
      return await follower.reader().readContract({
        address: deployment.contracts.stateToken,
        abi: stateTokenAbi,
        functionName: "totalSupply",
        blockNumber,
      });
    } catch {
      return undefined;
    }
  }

  async function begin(): Promise<void> {
    const kept = await follower.begin(fromFirst ? "first" : undefined);
    fromFirst = false;
    const at = follower.status().at ?? nowhere;
    ({ books, view, verdict } = kept
      ? stateOf<BooksState>(kept.note)
      : { books: emptyBooks(at), view: new FactsView(), verdict: undefined });
    view = Object.assign(new FactsView(), view);
    keptAt = books.at.number;
  }

  async function recompute(): Promise<void> {
    for (let tries = 1; ; tries++) {
      if (!follower.isRunning()) await begin();
      finalTo = await finalBlock();
      if (!finalTo) return;
      try {
        for await (const block of follower.advance(finalTo.number)) {
          await fold(block);
          if (books.at.number - keptAt >= keepEachBehind) await keep();
        }
        return;
      } catch (error) {
        if (!(error instanceof ChainMoved)) throw error;
        // what it read is the chain no more: it begins where the two still agree
        await follower.close();
        if (tries === 2) throw error;
      }
    }
  }

  async function finalBlock(): Promise<BlockRef | undefined> {
    const header = async (of: bigint | "finalized") => {
      const [answer] = await nodeOf(client).batch([{ ...headerCall(of), mayLack: true }]);
      return provenHeader(answer, typeof of === "bigint" ? of : undefined);
    };
    const tagged = await header("finalized");
    return lastCreditable(tagged, config.finalityFile, async (number) => (await header(number))?.hash);
  }

  async function fold(block: ExecutedBlock): Promise<void> {
    if (block.number < BigInt(deployment.deployedAtBlock)) {
      books = emptyBooks(block);
      return;
    }
    const logs = block.logs.filter(({ address }) => ours.has(address.toLowerCase()));
    const facts = factsOf(deployment, { ...block, logs });
    const isProposed = facts.some((fact) => fact.event === "EpochProposed");
    const folded = foldBlock(
      context,
      books,
      { ...block, facts },
      isProposed ? await supplyAt(block.number) : undefined,
      block.difference,
    );
    books = folded.books;
    verdict = folded.verdicts.at(-1) ?? verdict;
    view.add({ number: block.number, hash: block.hash, facts });
  }

  async function keep(): Promise<void> {
    await follower.keep(stateText({ books, view, verdict } satisfies BooksState));
    keptAt = books.at.number;
  }

  /**
   * What is to be voted on. While the leader's state is another than the one executed, the own node has another proposal
   * than the leader, or none: then the leader's is what must be refused.
   */
  async function proposalNow(): Promise<Proposal | undefined> {
    const difference = follower.status().differsSince?.difference;
    if (!difference) {
      if (!books.open || verdict?.digest !== books.open.digest) return undefined;
      return { digest: verdict.digest, epoch: verdict.epoch, refusal: verdict.refusal };
    }
    const [epoch, digest] = await client.readContract({
      address: deployment.contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "proposal",
    });
    return digest === zeroHash ? undefined : { digest, epoch, refusal: difference };
  }

  /** What the open epoch has to follow: what this validator accepted, if it judged the last final one, else that one's batch. */
  async function previousBatch(): Promise<Accepted | undefined> {
    const { number, digest, epoch } = books.lastFinal;
    if (!epoch) return undefined;
    const agreed = agreedIn(config.folder);
    if (agreed?.after === number) return takenBackTo(agreed.to, { digest, epoch });
    const own = votes[number.toString()];
    if (own?.digest === digest && own.next) begun = { ...own.next, digest, proposedBlock: own.proposedBlock };
    else if (begun?.digest !== digest) begun = await config.batches.beginFrom({ digest, epoch });
    view.forget(begun.block);
    return begun;
  }

  /** The operator agreed that the books go on from an epoch before the last: held against that one, and every block since. */
  async function takenBackTo(to: bigint, last: { digest: Hex; epoch: EpochContent }): Promise<Accepted> {
    const base = votes[to.toString()]?.next;
    if (!base)
      throw new BatchUnavailable(
        `The books were agreed to go on from epoch ${to}, which this key never accepted.`,
      );
    if (!view.reachesBackTo(base.block)) {
      fromFirst = true;
      await follower.close();
      throw new BatchUnavailable("As agreed it executes the chain from its first block again.");
    }
    view.forget(base.block);
    return { ...base, digest: last.digest, proposedBlock: last.epoch.proposedBlock };
  }

  async function judge({ digest, epoch, refusal: fromChain }: Proposal): Promise<void> {
    const number = epoch.number.toString();
    const earlier = votes[number];
    if (earlier?.digest === digest) return;
    const signedBefore = earlier?.signature
      ? { digest: earlier.digest, proposedBlock: earlier.proposedBlock }
      : earlier?.signedBefore;
    const batch = await config.batches.judge({ epoch, previous: await previousBatch(), chain: view });
    const refusal =
      fromChain ??
      (signedBefore && signedBefore.proposedBlock >= epoch.proposedBlock
        ? ({ reason: "signed_another", stated: digest, recomputed: signedBefore.digest } as const)
        : batch.refusal);
    failpoint("validator.judged");
    save(number, {
      digest,
      proposedBlock: epoch.proposedBlock,
      // made from the key and the proposal: whoever loses its memory can still open what it committed
      nonce: keccak256(concat([config.key, digest])),
      entries: batch.entries,
      refusal,
      step: "judged",
      signature: undefined,
      next: batch.next,
      signedBefore,
    });
    failpoint("validator.judgement-kept");
  }

  /** Agreed or refused, the vote says so: first sealed, then open; and what agreed is signed after that. */
  async function vote({ digest, epoch }: Proposal): Promise<void> {
    const number = epoch.number.toString();
    const own = votes[number];
    if (own?.digest !== digest) return;
    let { step } = own;
    // what was shown is looked at again with each block, since a chain that goes back may lose it
    if (!isShown(step) || castAt !== books.at.number) {
      step = await castBallot(
        { client, deployment, account, operatorId },
        {
          digest: own.digest,
          nonce: own.nonce,
          entries: own.entries,
          reason: own.refusal ? stringToHex(own.refusal.reason, { size: 32 }) : noReason,
        },
      );
      if (own.step === "judged" && step === "committed") tally.commits += 1;
      if (isShown(step) && !isShown(own.step)) {
        tally.reveals += 1;
        const reason = own.refusal?.reason;
        if (reason) tally.refusals[reason] = (tally.refusals[reason] ?? 0) + 1;
      }
      if (step !== own.step) save(number, { ...own, step });
      castAt = books.at.number;
    }
    // while the chain's state is another than the one executed, nothing is signed
    if (step !== "counted" || own.refusal || own.signature || follower.status().differsSince) return;
    const signature = await account.signTypedData(epochToSign(deployment, epoch));
    failpoint("validator.signed");
    save(number, { ...own, step, signature });
    tally.signatures += 1;
    failpoint("validator.kept");
  }

  function save(number: string, own: Vote): void {
    const next = newest({ ...votes, [number]: own });
    writeState(path, { votes: next });
    votes = next;
  }

  function problemNow(): AttestorStatus["trouble"] {
    if (trouble) return trouble;
    const differs = follower.status().differsSince;
    if (differs) {
      const { reason, stated, recomputed } = differs.difference;
      const sentence = `Since block ${differs.block} the chain states another result than its own transactions have: ${stated}, recomputed ${recomputed}.`;
      return { word: reason, sentence };
    }
    const [fault] = books.faults;
    if (fault) return { word: fault.reason, sentence: `The chain states ${fault.stated}.` };
    const step = proposal && votes[proposal.epoch.number.toString()]?.step;
    if (step === "no_seat")
      return { word: step, sentence: "This key has no seat among the validators of the open epoch." };
    if (step === "not_its_seat")
      return { word: step, sentence: "The seat of this key belongs to another operator." };
    return undefined;
  }

  return {
    async step() {
      try {
        await recompute();
        proposal = await proposalNow();
        if (proposal) {
          await judge(proposal);
          await vote(proposal);
        }
        if (books.at.number - keptAt >= keepEachBlocks) await keep();
        trouble = undefined;
      } catch (error) {
        trouble = troubleOf(error);
        throw error;
      }
    },
    attestation(number) {
      const own = votes[number];
      // told earlier, it would be somebody else's verdict too
      if (own?.refusal && isShown(own.step))
        return { found: "refused", digest: own.digest, refusal: own.refusal };
      if (!own?.signature) return { found: "none" };
      return { found: "signed", attestation: { digest: own.digest, signature: own.signature } };
    },
    status() {
      const lastSigned = highest(votes, (own) => own.signature !== undefined);
      const lastRefused = highest(votes, (own) => own.refusal !== undefined && isShown(own.step));
      const open = proposal && {
        number: proposal.epoch.number,
        digest: proposal.digest,
        step: votes[proposal.epoch.number.toString()]?.step ?? "judging",
      };
      return {
        operatorId,
        signer: account.address,
        recomputedTo: books.at.number,
        finalTo: finalTo?.number,
        lastFinalEpoch: books.lastFinal.number,
        open,
        lastSigned: lastSigned && { number: lastSigned[0], digest: lastSigned[1].digest },
        lastRefused: lastRefused?.[1].refusal && {
          number: lastRefused[0],
          refusal: lastRefused[1].refusal,
        },
        supplyMicros: books.supplyMicros,
        marketMicros: books.marketMicros,
        lendableMicros: books.lendableMicros,
        feePotMicros: books.feePotMicros,
        faults: books.faults,
        follower: follower.status(),
        tally: { ...tally, refusals: { ...tally.refusals } },
        trouble: problemNow(),
      };
    },
    async close() {
      if (follower.isRunning() && books.at.number > keptAt) await keep().catch(() => {});
      await follower.close();
    },
  };
}

function troubleOf(error: unknown): { word: string; sentence: string } {
  if (error instanceof BatchUnavailable) return { word: "batch_unavailable", sentence: error.message };
  if (error instanceof NodeTrouble) return { word: error.trouble, sentence: error.message };
  if (error instanceof ChainMoved) return { word: "chain_moved", sentence: error.message };
  if (!(error instanceof BaseError)) return { word: "unexpected", sentence: (error as Error).message };
  const isSilence = error.walk((one) => one instanceof HttpRequestError || one instanceof TimeoutError);
  return { word: isSilence ? "node_silent" : "node_refuses", sentence: error.shortMessage };
}

const byNumber = <T>(entries: Record<string, T>) =>
  Object.entries(entries).sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
const newest = <T>(entries: Record<string, T>): Record<string, T> =>
  Object.fromEntries(byNumber(entries).slice(-keptEpochs));
const highest = (votes: Record<string, Vote>, is: (vote: Vote) => boolean): [string, Vote] | undefined =>
  byNumber(votes).findLast(([, vote]) => is(vote));
