import { type Address, encodeAbiParameters, type Hex, keccak256, zeroAddress, zeroHash } from "viem";
import type {
  ChainFact,
  DataValidationFact,
  EpochContent,
  EpochFact,
  FeeFact,
  TransferFact,
} from "@/lib/chain/facts";
import type { Reason as BatchReason } from "@/lib/epochs/verify/findings";
import { mulDivUp } from "@/lib/money/math";

/** A block as the validator saw it: header and facts in log order. */
export interface SeenBlock {
  number: bigint;
  hash: Hex;
  parentHash: Hex;
  facts: readonly ChainFact[];
}

interface PositionSum {
  marketMicros: bigint;
  lendableMicros: bigint;
}

/**
 * The bank's books as one validator has recomputed them from the logs, up to and including block `at`.
 * Units: micros. It is all the memory a validator needs, so that it can stop anywhere and go on.
 */
export interface Books {
  at: { number: bigint; hash: Hex };
  supplyMicros: bigint;
  feePotMicros: bigint;
  marketMicros: bigint;
  lendableMicros: bigint;
  positions: Record<Hex, PositionSum>;
  /** fees ever collected with a transfer behind them */
  collectedEverMicros: bigint;
  /** the same sum as it stood at the log of the last final proposal */
  collectedAtFinalMicros: bigint;
  carriedMicros: bigint;
  dataDigest: Hex;
  lastFinal: { number: bigint; digest: Hex; epoch: EpochContent | undefined };
  /** the proposal now open, with the sum of fees at its log */
  open: { epoch: EpochContent; digest: Hex; collectedEverMicros: bigint } | undefined;
  /** facts that no honest chain shows; while there is one, nothing is signed */
  faults: Refusal[];
}

export type RefusalReason =
  | "wrong_number"
  | "wrong_digest"
  | "wrong_link"
  | "wrong_parent_block"
  | "wrong_block"
  | "fee_without_transfer"
  | "collected_differs"
  | "carried_differs"
  | "distributes_uncollected"
  | "fee_pot_short"
  | "supply_differs"
  | "supply_differs_from_token"
  | "market_value_differs"
  | "lendable_value_differs"
  | "supply_unbacked"
  | "lendable_above_market"
  | "data_digest_differs"
  | "final_without_proposal"
  | "unknown_position"
  | "token_silent"
  | "signed_another"
  | "state_root_differs"
  | "receipts_root_differs"
  | "transaction_refused"
  | "chain_gap"
  | BatchReason;

export interface Refusal {
  reason: RefusalReason;
  stated: string;
  recomputed: string;
  /** of the batch's file, from 1 */
  line?: number | undefined;
}

/** What a validator decided about one proposal. */
export interface Verdict {
  number: bigint;
  digest: Hex;
  epoch: EpochContent;
  refusal: Refusal | undefined;
}

export interface VerifyContext {
  epochManager: Address;
  /** EIP-712 digest of an epoch under this deployment's domain */
  digestOf: (epoch: EpochContent) => Hex;
}

export function emptyBooks(before: { number: bigint; hash: Hex }): Books {
  return {
    at: before,
    supplyMicros: 0n,
    feePotMicros: 0n,
    marketMicros: 0n,
    lendableMicros: 0n,
    positions: {},
    collectedEverMicros: 0n,
    collectedAtFinalMicros: 0n,
    carriedMicros: 0n,
    dataDigest: zeroHash,
    lastFinal: { number: 0n, digest: zeroHash, epoch: undefined },
    open: undefined,
    faults: [],
  };
}

/**
 * Folds one more block into the books and judges the proposals in it.
 * Refuses: a block that does not follow the last; every difference named in RefusalReason.
 * `totalSupply` is what the token itself answers at that block, undefined when the node cannot say; `difference` is how
 * the block as stated differs from the block as executed.
 */
export function foldBlock(
  context: VerifyContext,
  before: Books,
  block: SeenBlock,
  totalSupply?: bigint,
  difference?: Refusal,
): { books: Books; verdicts: Verdict[] } {
  const books: Books = { ...before, positions: { ...before.positions }, faults: [...before.faults] };
  const verdicts: Verdict[] = [];
  if (block.number !== before.at.number + 1n || block.parentHash !== before.at.hash)
    books.faults.push(differs("chain_gap", before.at.hash, block.parentHash));
  books.at = { number: block.number, hash: block.hash };

  let transfers: { txHash: Hex; unspent: bigint[] } = { txHash: zeroHash, unspent: [] };
  for (const fact of block.facts) {
    if (transfers.txHash !== fact.txHash) transfers = { txHash: fact.txHash, unspent: [] };
    switch (fact.event) {
      case "Transfer":
        foldTransfer(context, books, fact, transfers.unspent);
        break;
      case "FeeCollected":
        foldFee(books, fact, transfers.unspent);
        break;
      case "DataValidationRequested":
        books.dataDigest = nextDataDigest(books.dataDigest, fact);
        break;
      case "PositionRecorded":
        books.positions[fact.positionId] = {
          marketMicros: fact.marketMicros,
          lendableMicros: fact.lendableMicros,
        };
        books.marketMicros += fact.marketMicros;
        books.lendableMicros += fact.lendableMicros;
        break;
      case "PositionReleased":
        foldRelease(books, fact.positionId, fact.amountMicros);
        break;
      case "EpochProposed": {
        const refusal = difference ?? judge(context, books, block, fact, totalSupply);
        verdicts.push({ number: fact.number, digest: fact.digest, epoch: fact.epoch, refusal });
        books.open = {
          epoch: fact.epoch,
          digest: fact.digest,
          collectedEverMicros: books.collectedEverMicros,
        };
        break;
      }
      case "EpochFinal":
        foldFinal(books, fact);
        break;
    }
  }
  return { books, verdicts };
}

function foldTransfer(context: VerifyContext, books: Books, fact: TransferFact, unspent: bigint[]): void {
  const pot = context.epochManager.toLowerCase();
  if (fact.from === zeroAddress) books.supplyMicros += fact.amountMicros;
  if (fact.to === zeroAddress) books.supplyMicros -= fact.amountMicros;
  if (fact.from.toLowerCase() === pot) books.feePotMicros -= fact.amountMicros;
  if (fact.to.toLowerCase() === pot) {
    books.feePotMicros += fact.amountMicros;
    unspent.push(fact.amountMicros);
  }
}

/** A fee counts only with a token transfer of the same amount to the pot in the same transaction, used once. */
function foldFee(books: Books, fact: FeeFact, unspent: bigint[]): void {
  const backing = unspent.indexOf(fact.amountMicros);
  if (backing < 0) {
    books.faults.push(differs("fee_without_transfer", fact.amountMicros, 0n));
    return;
  }
  unspent.splice(backing, 1);
  books.collectedEverMicros += fact.amountMicros;
}

const dataLink = [
  { type: "bytes32" },
  { type: "uint256" },
  { type: "address" },
  { type: "bytes32" },
  { type: "uint256" },
] as const;

/** The running digest over everything paid to be attested, as EpochManager.sol links it. */
function nextDataDigest(digest: Hex, { requestId, client, dataRoot, feeMicros }: DataValidationFact): Hex {
  return keccak256(encodeAbiParameters(dataLink, [digest, requestId, client, dataRoot, feeMicros]));
}

/** `amount` of lendable value goes, and market value in proportion, rounded up as ReserveRegistry.sol does. */
function foldRelease(books: Books, positionId: Hex, amountMicros: bigint): void {
  const position = books.positions[positionId];
  if (!position || amountMicros === 0n || position.lendableMicros < amountMicros) {
    books.faults.push(differs("unknown_position", amountMicros, position?.lendableMicros ?? 0n));
    return;
  }
  const marketGone = mulDivUp(position.marketMicros, {
    times: amountMicros,
    over: position.lendableMicros,
  });
  const left = {
    marketMicros: position.marketMicros - marketGone,
    lendableMicros: position.lendableMicros - amountMicros,
  };
  books.marketMicros -= marketGone;
  books.lendableMicros -= amountMicros;
  if (left.lendableMicros === 0n && left.marketMicros === 0n) delete books.positions[positionId];
  else books.positions[positionId] = left;
}

function foldFinal(books: Books, fact: EpochFact & { event: "EpochFinal" }): void {
  const { open } = books;
  if (!open || open.digest !== fact.digest) {
    books.faults.push(differs("final_without_proposal", fact.digest, open?.digest ?? zeroHash));
    return;
  }
  // what was proposed stays in the pot when no signing operator has stake
  if (fact.distributedMicros > open.epoch.distributed)
    books.faults.push(differs("distributes_uncollected", fact.distributedMicros, open.epoch.distributed));
  books.carriedMicros = open.epoch.carried + open.epoch.collected - fact.distributedMicros;
  books.collectedAtFinalMicros = open.collectedEverMicros;
  books.lastFinal = { number: fact.number, digest: fact.digest, epoch: open.epoch };
  books.open = undefined;
}

function judge(
  context: VerifyContext,
  books: Books,
  block: SeenBlock,
  fact: EpochFact & { event: "EpochProposed" },
  totalSupply: bigint | undefined,
): Refusal | undefined {
  const e = fact.epoch;
  const collected = books.collectedEverMicros - books.collectedAtFinalMicros;
  const fault = books.faults[0];
  if (fault) return fault;
  if (totalSupply === undefined) return differs("token_silent", e.supply, "");
  const equal: [RefusalReason, bigint | Hex, bigint | Hex][] = [
    ["wrong_number", e.number, books.lastFinal.number + 1n],
    ["wrong_number", fact.number, e.number],
    ["wrong_digest", fact.digest, context.digestOf(e)],
    ["wrong_link", e.previousDigest, books.lastFinal.digest],
    ["wrong_parent_block", e.parentBlockHash, block.parentHash],
    ["wrong_block", e.proposedBlock, block.number],
    ["collected_differs", e.collected, collected],
    ["carried_differs", e.carried, books.carriedMicros],
    ["supply_differs", e.supply, books.supplyMicros],
    ["supply_differs_from_token", totalSupply, books.supplyMicros],
    ["market_value_differs", e.marketValue, books.marketMicros],
    ["lendable_value_differs", e.lendableValue, books.lendableMicros],
    ["data_digest_differs", e.dataDigest, books.dataDigest],
  ];
  const unequal = equal.find(([, stated, recomputed]) => stated !== recomputed);
  if (unequal) return differs(...unequal);
  const available = collected + books.carriedMicros;
  if (e.distributed > available) return differs("distributes_uncollected", e.distributed, available);
  if (books.feePotMicros < available) return differs("fee_pot_short", available, books.feePotMicros);
  if (books.marketMicros < books.supplyMicros)
    return differs("supply_unbacked", books.supplyMicros, books.marketMicros);
  if (books.lendableMicros > books.marketMicros)
    return differs("lendable_above_market", books.lendableMicros, books.marketMicros);
  return undefined;
}

function differs(reason: RefusalReason, stated: bigint | Hex, recomputed: bigint | Hex | ""): Refusal {
  return { reason, stated: String(stated), recomputed: String(recomputed) };
}
