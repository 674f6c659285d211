import { eq, sql } from "drizzle-orm";
import type { Address, Hex, PublicClient } from "viem";
import type { Tx } from "@/db/client";
import { cursor as cursorTable } from "@/db/schema/chain";
import { reconciliation } from "@/db/schema/control";
import type { CommandContext } from "@/lib/auth/actor";
import { requirePermission } from "@/lib/auth/permissions";
import {
  epochManagerAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { headerCall, provenHeader } from "@/lib/chain/blocks";
import { finalizedBlockOf } from "@/lib/chain/finality";
import { nodeOf } from "@/lib/chain/node";
import { env } from "@/lib/env";
import { failpoint } from "@/lib/failpoint";
import { type AccountClass, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { log } from "@/lib/log";
import { haltChainEffects } from "@/lib/reconciliation/commands/halt-chain-effects";
import { type ChainSide, compareBooks, type Difference, type LedgerSide } from "@/lib/reconciliation/compare";
import { compareWithin, type Within } from "@/lib/reconciliation/compare-within";
import { booksWithin } from "@/lib/reconciliation/queries";

export interface ReconcileResult {
  blockNumber: bigint;
  /** the chain's last final block, if the node said; far beyond the other while the indexer still catches up */
  finalBlock: bigint | null;
  outcome: "equal" | "different";
  differences: Difference[];
  /** what the chain did and nobody at the bank had asked for, in dollars; a restore may have taken the asking back */
  suspenseMicros: bigint;
}

const classes = {
  tokenSupply: "token_supply",
  tokenControl: "token_control",
  walletMirror: "wallet_mirror",
  custodialToken: "custodial_token",
  stakeMirror: "stake_mirror",
  unbondingMirror: "unbonding_mirror",
  feePot: "fee_pot",
  rewardPool: "reward_pool",
  operatorFee: "operator_fee",
  taxWithheld: "tax_withheld",
  operatorBond: "operator_bond",
  slashed: "slashed_token",
  canaryPot: "canary_pot",
  reserve: "reserve",
} as const satisfies Record<keyof LedgerSide, AccountClass>;

type Chain = { client: PublicClient; deployment: Deployment };

/**
 * Holds the books against themselves and against the chain at the last credited block; any difference stops minting and
 * the bank's chain effects. What the books say of themselves needs no node: a silent one hides no difference.
 */
export async function reconcile(ctx: CommandContext, chain: Chain): Promise<ReconcileResult | undefined> {
  requirePermission(ctx.actor, "operations:reconcile");
  // one snapshot: the cursor and the balances it stands for
  const seen = await ctx.db.transaction(
    async (tx) => {
      await tx.execute(sql`SET LOCAL statement_timeout = '5min'`);
      const [final] = await tx.select().from(cursorTable).where(eq(cursorTable.name, "final"));
      return { final, books: await booksWithin(tx), used: await reserveInUse(tx) };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  const within = compareWithin(seen.books);
  const outside = await againstChain(chain, seen).catch((thrown: unknown) => {
    if (within.length === 0) throw thrown;
    return undefined;
  });
  if (!outside && within.length === 0) return undefined;
  const differences = [...within, ...(outside ?? [])];
  const blockNumber = seen.final?.blockNumber ?? 0n;
  const outcome = differences.length === 0 ? "equal" : "different";
  // a silent node hides no difference of the books' own
  const tagged = await finalizedBlockOf(chain.client, env.chainFinalityFile).catch(() => undefined);
  const finalBlock = tagged?.number ?? null;
  await ctx.db.transaction((tx) =>
    tx.insert(reconciliation).values({
      blockNumber,
      finalBlock,
      outcome,
      differences: differences.map(({ what, expectedMicros, bookedMicros }) => ({
        what,
        expectedMicros: expectedMicros.toString(),
        bookedMicros: bookedMicros.toString(),
      })),
      at: sql`bank.now()`,
    }),
  );
  failpoint("reconcile.written");
  if (outcome === "different") {
    const named = differences.map((d) => d.what).join(", ");
    log.error({ named, blockNumber: String(blockNumber) }, "the books do not reconcile");
    await haltChainEffects(ctx, { reason: `The books do not reconcile at block ${blockNumber}: ${named}` });
  }
  const suspenseMicros = standing(seen.books.trialBalance, "suspense");
  return { blockNumber, finalBlock, outcome, differences, suspenseMicros };
}

type Seen = { final: typeof cursorTable.$inferSelect | undefined; books: Within; used: bigint };

/** Undefined: not comparable now. */
async function againstChain(chain: Chain, { final, books, used }: Seen): Promise<Difference[] | undefined> {
  if (!final) return undefined;
  const { blockNumber, blockHash } = final;
  const at = await readableAt({ ...chain, blockNumber, blockHash });
  if (!at) return undefined;
  const sums = Object.fromEntries(
    Object.entries(classes).map(([name, accountClass]) => [name, standing(books.trialBalance, accountClass)]),
  ) as Record<keyof LedgerSide, bigint>;
  return compareBooks({ ...(await chainSide({ ...chain, at })), usedReserveMicros: used }, sums);
}

function standing(rows: Within["trialBalance"], accountClass: AccountClass): bigint {
  const row = rows.find((one) => one.class === accountClass);
  if (!row) return 0n;
  const micros = row.creditsMicros - row.debitsMicros;
  return chartOfAccounts[accountClass].side === "credit" ? micros : -micros;
}

/** Reserve behind tokens, from the registry's own credited logs: per position, consumed by mints less released. */
async function reserveInUse(tx: Tx): Promise<bigint> {
  const { rows } = await tx.execute<{ micros: string }>(sql`
    select coalesce(sum(greatest(issued, 0)), 0)::text as micros from (
      select sum(case event when 'PositionConsumed' then 1 else -1 end * (args ->> 'amountMicros')::numeric) as issued
      from chain.log
      where settled_at is not null and event in ('PositionConsumed', 'PositionReleased')
      group by args ->> 'positionId') as position`);
  return BigInt(rows[0]?.micros ?? 0);
}

type ReadAt = { blockNumber: bigint } | { blockTag: "latest" };

/**
 * Where the chain can be asked about the last credited block: at that block, or, when the node has forgotten its state
 * (it restarted), at its head as long as nothing of ours has happened since. Undefined: not comparable now, as when the
 * node does not know the credited block: the indexer says why, and what another chain holds proves nothing about ours.
 */
async function readableAt(input: {
  client: PublicClient;
  deployment: Deployment;
  blockNumber: bigint;
  blockHash: Hex;
}): Promise<ReadAt | undefined> {
  const { client, blockNumber } = input;
  const [answer] = await nodeOf(client).batch([headerCall(blockNumber)]);
  if (provenHeader(answer, blockNumber)?.hash !== input.blockHash) return undefined;
  const address = input.deployment.contracts.stateToken;
  try {
    return (await client.getCode({ address, blockNumber })) ? { blockNumber } : undefined;
  } catch {
    const head = await client.getBlockNumber({ cacheTime: 0 });
    const since = await client.getLogs({
      address: Object.values(input.deployment.contracts),
      fromBlock: blockNumber + 1n,
      toBlock: head,
    });
    return since.length === 0 ? { blockTag: "latest" } : undefined;
  }
}

async function chainSide(input: {
  client: PublicClient;
  deployment: Deployment;
  at: ReadAt;
}): Promise<Omit<ChainSide, "usedReserveMicros">> {
  const { client, at } = input;
  const { contracts } = input.deployment;
  const token = { address: contracts.stateToken, abi: stateTokenAbi, ...at } as const;
  const held = (account: Address) =>
    client.readContract({ ...token, functionName: "balanceOf", args: [account] });
  const registry = { address: contracts.reserveRegistry, abi: reserveRegistryAbi, ...at } as const;
  const registryOf = { address: contracts.validatorRegistry, abi: validatorRegistryAbi, ...at } as const;
  const manager = { address: contracts.epochManager, abi: epochManagerAbi, ...at } as const;
  const bonded = async () => {
    const count = await client.readContract({ ...registryOf, functionName: "operatorCount" });
    const ids = Array.from({ length: count }, (_, place) => place + 1);
    const [[bonds], canaryPot, owed] = await Promise.all([
      client.readContract({
        address: contracts.staking,
        abi: stakingAbi,
        ...at,
        functionName: "bondsAndWeights",
        args: [BigInt(count)],
      }),
      client.readContract({ ...manager, functionName: "canaryPot" }),
      Promise.all(
        ids.map((id) => client.readContract({ ...manager, functionName: "canaryOwed", args: [id] })),
      ),
    ]);
    const sum = (parts: readonly bigint[]) => parts.reduce((total, part) => total + part, 0n);
    return { bondsMicros: sum(bonds), canaryMicros: canaryPot + sum(owed) };
  };
  const [standing, supply, pot, staking, splitter, vault, reserve] = await Promise.all([
    bonded(),
    client.readContract({ ...token, functionName: "totalSupply" }),
    held(contracts.epochManager),
    held(contracts.staking),
    held(contracts.payoutSplitter),
    held(contracts.taxVault),
    client.readContract({ ...registry, functionName: "marketTotal" }),
  ]);
  return {
    supplyMicros: supply,
    inFeePotMicros: pot,
    inStakingMicros: staking,
    ...standing,
    inSplitterMicros: splitter,
    inTaxVaultMicros: vault,
    reserveMicros: reserve,
  };
}
