import type { Hex } from "viem";
import { z } from "zod";
import type { ChainView } from "@/lib/epochs/verify/chain-view";
import type { Accepted, Against } from "@/lib/epochs/verify/verify-epoch";

/**
 * What a batch is held against when there is no node: a JSON document with what anybody can read of the proposal on chain,
 * and, if there is more to hold it against, what was accepted before (`next` of the last verdict) and what the chain did.
 * Numbers are texts of digits. Keys that are not known are ignored.
 */
const whole = z.union([z.string().regex(/^(0|[1-9]\d{0,77})$/), z.int().nonnegative()]).transform(BigInt);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase() as Hex);

const accepted = z.object({
  number: whole,
  digest: hash.optional(),
  bankId: z.string(),
  seal: whole,
  booksRoot: hash,
  log: z.array(hash),
  toXact: whole.optional(),
  period: whole.optional(),
  block: whole,
  liabilitiesRoot: hash,
  liabilitiesMicros: whole,
  classes: z.array(
    z.object({
      asset: z.string(),
      class: z.string(),
      accounts: whole,
      debitsMicros: whole,
      creditsMicros: whole,
    }),
  ),
  payouts: whole.optional(),
});

const chain = z.object({
  block: whole,
  blockHash: hash,
  supplyMicros: whole,
  fees: z.array(z.object({ kind: z.string(), amountMicros: whole })),
  rewardsMicros: whole,
  payouts: z.array(
    z.object({
      id: whole,
      baseMicros: whole,
      rateClass: whole,
      federalMicros: whole,
      stateMicros: whole,
      localMicros: whole,
    }),
  ),
  reserves: z.array(z.object({ class: z.string(), marketMicros: whole, lendableMicros: whole })),
});

const roots = z.object({
  chainId: whole.optional(),
  epochManager: address.optional(),
  number: whole,
  booksRoot: hash,
  entriesRoot: hash,
  liabilitiesRoot: hash,
  liabilities: whole,
  entriesSeal: hash,
  previousDigest: hash,
  proposedBlock: whole,
  previous: accepted.optional(),
  chain: chain.optional(),
});

/** Throws a ZodError that says which key is wrong. */
export function readRoots(document: unknown): Against {
  const { chainId, epochManager, previous, chain: seen, ...proposal } = roots.parse(document);
  return {
    proposal,
    previous: previous && acceptedOf(previous),
    chain: seen && viewOf(seen),
    ...(chainId !== undefined && epochManager !== undefined && { place: { chainId, epochManager } }),
  };
}

const signedRoots = z.object({
  number: whole,
  entriesRoot: hash,
  liabilitiesRoot: hash,
  liabilities: whole,
});

/** What a customer's proof is held against. Throws a ZodError that says which key is wrong. */
export const readSignedRoots = (document: unknown) => signedRoots.parse(document);

export const nothingToCompare: Against = { proposal: undefined, previous: undefined, chain: undefined };

const acceptedOf = ({ digest, ...one }: z.infer<typeof accepted>): Accepted => ({
  ...one,
  ...(digest && { digest }),
  toXact: one.toXact,
  period: one.period,
  payouts: one.payouts,
});

const viewOf = (one: z.infer<typeof chain>): ChainView => ({
  blockHash: (block) => (block === one.block ? one.blockHash : undefined),
  supplyAt: () => one.supplyMicros,
  fees: () => one.fees,
  rewards: () => one.rewardsMicros,
  payouts: () => one.payouts,
  reservesAt: () => one.reserves,
});
