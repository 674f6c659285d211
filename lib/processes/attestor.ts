import { join } from "node:path";
import { type Address, type Hex, type PublicClient, stringToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { stateTokenAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { factsOf, readBlocks } from "@/lib/chain/blocks";
import { type BlockRef, finalizedBlockOf } from "@/lib/chain/finality";
import { epochDigest, epochToSign } from "@/lib/epochs/digest";
import { entriesDigest } from "@/lib/epochs/entries";
import { failpoint } from "@/lib/failpoint";
import { type BallotStep, castBallot, noReason } from "@/lib/processes/ballot";
import { readState, writeState } from "@/lib/processes/state-file";
import {
  type Books,
  emptyBooks,
  foldBlock,
  type Refusal,
  type Verdict,
  type VerifyContext,
} from "@/lib/validators/verify";

export interface AttestorConfig {
  client: PublicClient;
  deployment: Deployment;
  finalityFile: string | undefined;
  key: Hex;
  operatorId: number;
  /** folder for what this validator has seen and signed */
  folder: string;
}

interface Signed {
  digest: Hex;
  signature: Hex;
  proposedBlock: bigint;
}

interface AttestorState {
  books: Books;
  signed: Record<string, Signed>;
  refused: Record<string, { digest: Hex; refusal: Refusal }>;
  verdict: Verdict | undefined;
}

export interface AttestorStatus {
  operatorId: number;
  signer: Address;
  recomputedTo: bigint;
  finalTo: bigint | undefined;
  lastFinalEpoch: bigint;
  lastSigned: { number: string; digest: Hex } | undefined;
  lastRefused: { number: string; refusal: Refusal } | undefined;
  supplyMicros: bigint;
  marketMicros: bigint;
  lendableMicros: bigint;
  feePotMicros: bigint;
  faults: Refusal[];
  problem: string | undefined;
}

export interface Attestor {
  step(): Promise<void>;
  attestation(
    number: string,
  ):
    | { found: "signed"; attestation: Signed }
    | { found: "refused"; digest: Hex; refusal: Refusal }
    | { found: "none" };
  status(): AttestorStatus;
}

const windowBlocks = 200n;
const keptEpochs = 200;

/**
 * One validator: recomputes the books from finalized blocks and signs the open proposal when it agrees.
 *
 * Two digests for one epoch: a proposal may be replaced before it is final, so a second signature for a number
 * is given only when the finalized chain shows a later proposal of that number (a higher proposedBlock, which is
 * part of what is signed) and the number is not final yet. What was signed is on disk before anyone can read it.
 */
export async function openAttestor(config: AttestorConfig): Promise<Attestor> {
  const { client, deployment } = config;
  const account = privateKeyToAccount(config.key);
  const anchor = await client.getBlock({ blockNumber: BigInt(deployment.deployedAtBlock) - 1n });
  const path = join(config.folder, `operator-${config.operatorId}-${anchor.hash.slice(2, 14)}.json`);
  const context: VerifyContext = {
    epochManager: deployment.contracts.epochManager,
    digestOf: (epoch) => epochDigest(deployment, epoch),
  };
  const fromTheStart = () => emptyBooks({ number: anchor.number, hash: anchor.hash });
  let state: AttestorState = readState<AttestorState>(path) ?? {
    books: fromTheStart(),
    signed: {},
    refused: {},
    verdict: undefined,
  };
  let finalTo: BlockRef | undefined;
  let problem: string | undefined;
  let ballot: { number: string; digest: Hex; step: BallotStep } | undefined;
  let savedAt = state.books.at.number;

  async function supplyAt(blockNumber: bigint): Promise<bigint | undefined> {
    try {
      return await client.readContract({
        address: deployment.contracts.stateToken,
        abi: stateTokenAbi,
        functionName: "totalSupply",
        blockNumber,
      });
    } catch {
      return undefined;
    }
  }

  async function recompute(): Promise<void> {
    finalTo = await finalizedBlockOf(client, config.finalityFile);
    if (!finalTo || finalTo.number <= state.books.at.number) return;
    const own = await client.getBlock({ blockNumber: state.books.at.number });
    // the chain is another one than remembered: recompute it whole; what was signed stays remembered
    if (own.hash !== state.books.at.hash) state = { ...state, books: fromTheStart(), verdict: undefined };
    while (state.books.at.number < finalTo.number) {
      const from = state.books.at.number + 1n;
      const last = from + windowBlocks - 1n;
      const blocks = await readBlocks(client, deployment, {
        from,
        to: last < finalTo.number ? last : finalTo.number,
      });
      let { books, verdict } = state;
      for (const block of blocks) {
        const facts = factsOf(deployment, block);
        const proposal = facts.some((fact) => fact.event === "EpochProposed");
        const folded = foldBlock(
          context,
          books,
          { ...block, facts },
          proposal ? await supplyAt(block.number) : undefined,
        );
        books = folded.books;
        verdict = folded.verdicts.at(-1) ?? verdict;
      }
      state = { ...state, books, verdict };
    }
  }

  async function decide(): Promise<void> {
    const { books, verdict } = state;
    if (!books.open || verdict?.digest !== books.open.digest) return;
    const number = verdict.number.toString();
    const earlier = state.signed[number];
    if (earlier?.digest === verdict.digest || state.refused[number]?.digest === verdict.digest) return;
    if (verdict.refusal) return refuse(number, verdict.digest, verdict.refusal);
    if (earlier && earlier.proposedBlock >= verdict.epoch.proposedBlock)
      return refuse(number, verdict.digest, {
        reason: "signed_another",
        stated: verdict.digest,
        recomputed: earlier.digest,
      });
    const signature = await account.signTypedData(epochToSign(deployment, verdict.epoch));
    failpoint("validator.signed");
    const signed = { digest: verdict.digest, signature, proposedBlock: verdict.epoch.proposedBlock };
    save({ ...state, signed: newest({ ...state.signed, [number]: signed }) });
    failpoint("validator.kept");
  }

  /** Agreed or refused, the vote says so: first sealed, then open. */
  async function vote(): Promise<void> {
    const { open } = state.books;
    const number = open?.epoch.number.toString() ?? "";
    const refused = state.refused[number];
    if (!open || (state.signed[number]?.digest !== open.digest && refused?.digest !== open.digest)) return;
    const step = await castBallot(
      { client, deployment, account, key: config.key },
      {
        digest: open.digest,
        entries: entriesDigest(open.epoch.booksRoot),
        reason:
          refused?.digest === open.digest ? stringToHex(refused.refusal.reason, { size: 32 }) : noReason,
      },
    );
    ballot = { number, digest: open.digest, step };
  }

  function refuse(number: string, digest: Hex, refusal: Refusal): void {
    save({ ...state, refused: newest({ ...state.refused, [number]: { digest, refusal } }) });
  }

  function save(next: AttestorState): void {
    writeState(path, next);
    state = next;
    savedAt = next.books.at.number;
  }

  return {
    async step() {
      try {
        await recompute();
        await decide();
        if (ballot?.step !== "revealed" || ballot.digest !== state.books.open?.digest) await vote();
        if (state.books.at.number - savedAt > 50n) save(state);
        problem = undefined;
      } catch (error) {
        problem = (error as Error).message;
        throw error;
      }
    },
    attestation(number) {
      const signed = state.signed[number];
      const refused = state.refused[number];
      const open = state.books.open?.digest;
      if (refused && (refused.digest === open || !signed)) return { found: "refused", ...refused };
      return signed ? { found: "signed", attestation: signed } : { found: "none" };
    },
    status() {
      const { books } = state;
      const lastSigned = highest(state.signed);
      const lastRefused = highest(state.refused);
      return {
        operatorId: config.operatorId,
        signer: account.address,
        recomputedTo: books.at.number,
        finalTo: finalTo?.number,
        lastFinalEpoch: books.lastFinal.number,
        lastSigned: lastSigned && { number: lastSigned[0], digest: lastSigned[1].digest },
        lastRefused: lastRefused && { number: lastRefused[0], refusal: lastRefused[1].refusal },
        supplyMicros: books.supplyMicros,
        marketMicros: books.marketMicros,
        lendableMicros: books.lendableMicros,
        feePotMicros: books.feePotMicros,
        faults: books.faults,
        problem,
      };
    },
  };
}

const byNumber = <T>(entries: Record<string, T>) =>
  Object.entries(entries).sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
const newest = <T>(entries: Record<string, T>): Record<string, T> =>
  Object.fromEntries(byNumber(entries).slice(-keptEpochs));
const highest = <T>(entries: Record<string, T>): [string, T] | undefined => byNumber(entries).at(-1);
