import { type Address, zeroAddress } from "viem";
import type { Tx } from "@/db/client";
import { contractAt } from "@/lib/chain/addresses";
import { deployment } from "@/lib/chain/deployment";
import type { ChainFact, FeeFact, StakeFact, TransferFact } from "@/lib/chain/facts";
import { type Holders, holdersOf, settledBy } from "@/lib/chain/holders";
import { keepStretch, stretches } from "@/lib/chain/projections";
import { settleIssuance } from "@/lib/collateral/commands/settle-issuance";
import { settlePosition } from "@/lib/collateral/commands/settle-position";
import { settleRedemption } from "@/lib/collateral/commands/settle-redemption";
import { settleIdentity } from "@/lib/customers/commands/settle-identity";
import { type Posting, postAll } from "@/lib/ledger/posting";
import { bondPosted, bondReturned, bondSlashed, slashCollected } from "@/lib/ledger/recipes/bond-mirrored";
import { canaryFunded, canaryRewardPaid } from "@/lib/ledger/recipes/canary-pot";
import { epochDistributed } from "@/lib/ledger/recipes/epoch-distributed";
import { feeCollected } from "@/lib/ledger/recipes/fee-collected";
import { operatorFeePaid } from "@/lib/ledger/recipes/payout-with-withholding";
import { stakeMirrored } from "@/lib/ledger/recipes/stake-mirrored";
import { transferMirrored } from "@/lib/ledger/recipes/transfer-mirrored";
import { unbondMirrored } from "@/lib/ledger/recipes/unbond-mirrored";
import { withdrawMirrored } from "@/lib/ledger/recipes/withdraw-mirrored";
import type { Transfer } from "@/lib/ledger/transfer";
import { settlePayout } from "@/lib/rewards/commands/settle-payout";
import { settleCertification } from "@/lib/validators/commands/settle-certification";

/** Credits final facts in order: the index's own rows, then the command or recipe whose business each is. */
export async function settleFacts(tx: Tx, facts: readonly ChainFact[]): Promise<void> {
  for (const stretch of stretches(facts)) {
    await keepStretch(tx, stretch);
    const holders = await holdersOf(tx, stretch.flatMap(addressesIn));
    let mirrored: Posting[] = [];
    for (const fact of stretch) {
      const command = commandFor(fact);
      if (!command) {
        mirrored.push(...mirrorOf(fact, holders));
        continue;
      }
      // what a command finds in the books is what came before it on the chain
      await postAll(tx, mirrored);
      mirrored = [];
      await command(tx);
    }
    await postAll(tx, mirrored);
  }
}

/** What more than an entry follows from. */
function commandFor(fact: ChainFact): ((tx: Tx) => Promise<void>) | undefined {
  switch (fact.event) {
    case "IdentitySet":
    case "StatusSet":
    case "RateClassScheduled":
      return (tx) => settleIdentity(tx, fact);
    case "Issued":
      return (tx) => settleIssuance(tx, fact);
    case "Redeemed":
      return (tx) => settleRedemption(tx, fact);
    case "PositionRecorded":
    case "PositionConsumed":
    case "PositionReleased":
      return (tx) => settlePosition(tx, fact);
    case "Approved":
    case "RevokedUnderOrder":
      return (tx) => settleCertification(tx, fact as Parameters<typeof settleCertification>[1]);
    case "Payout":
      return (tx) => settlePayout(tx, fact);
    default:
      return undefined;
  }
}

function addressesIn(fact: ChainFact): Address[] {
  switch (fact.event) {
    case "Transfer":
      return [fact.from, fact.to];
    case "FeeCollected":
      return [fact.payer];
    case "Staked":
    case "UnbondRequested":
    case "Withdrawn":
      return [fact.wallet];
    case "OperatorFeePaid":
    case "BondReturned":
    case "SlashCollected":
    case "CanaryRewardPaid":
      return [fact.to];
    case "BondPosted":
    case "CanaryFunded":
      return [fact.from];
    default:
      return [];
  }
}

/** The entry that repeats in the ledger what the chain did; none where there is nothing to repeat. */
function mirrorOf(fact: ChainFact, holders: Holders): Posting[] {
  switch (fact.event) {
    case "Transfer":
      return transferOf(fact, holders);
    case "FeeCollected":
      return feeOf(fact, holders);
    case "Staked":
    case "UnbondRequested":
    case "Withdrawn":
      return stakeOf(fact, holders);
    case "RewardDistributed":
      if (fact.grossMicros === 0n) return [];
      return [
        {
          ...settledBy(fact),
          key: `epoch-distributed:${fact.chainId}:${fact.epoch}:${fact.operatorId}`,
          event: "epoch-distributed",
          subject: `epoch:${fact.epoch}`,
          transfers: epochDistributed(fact),
        },
      ];
    case "OperatorFeePaid":
      return [
        {
          ...settledBy(fact),
          key: placeKey("operator-fee-paid", fact),
          event: "operator-fee-paid",
          subject: `operator:${fact.operatorId}`,
          transfers: operatorFeePaid({ ...fact, to: holders(fact.to) }),
        },
      ];
    case "BondPosted":
      return bondOf(fact, "bond-posted", bondPosted({ ...fact, holder: holders(fact.from) }));
    case "BondReturned":
      return bondOf(fact, "bond-returned", bondReturned({ ...fact, holder: holders(fact.to) }));
    case "Slashed":
      return fact.fromBondMicros === 0n ? [] : bondOf(fact, "bond-slashed", bondSlashed(fact));
    case "SlashCollected":
      return [moved(fact, "slash-collected", slashCollected({ ...fact, to: holders(fact.to) }))];
    case "CanaryFunded":
      return [moved(fact, "canary-funded", canaryFunded({ ...fact, holder: holders(fact.from) }))];
    case "CanaryRewardPaid":
      return [moved(fact, "canary-reward-paid", canaryRewardPaid({ ...fact, holder: holders(fact.to) }))];
    default:
      return [];
  }
}

const moved = (fact: ChainFact, event: string, transfers: Transfer[], subject?: string): Posting => ({
  ...settledBy(fact),
  key: placeKey(event, fact),
  event,
  ...(subject && { subject }),
  transfers,
});

const bondOf = (
  fact: ChainFact & { operatorId: number },
  event: string,
  transfers: Transfer[],
): Posting[] => [moved(fact, event, transfers, `operator:${fact.operatorId}`)];

const placeKey = (event: string, fact: ChainFact) =>
  `${event}:${fact.chainId}:${fact.txHash}:${fact.logIndex}`;

/** Movements to and from our contracts, mints and burns have recipes of their own; this is holder to holder. */
function transferOf(fact: TransferFact, holders: Holders): Posting[] {
  const { from, to, amountMicros } = fact;
  const isOurs = (address: Address) =>
    address === zeroAddress || contractAt(deployment(), address) !== undefined;
  if (isOurs(from) || isOurs(to) || from === to || amountMicros === 0n) return [];
  return [
    {
      ...settledBy(fact),
      key: placeKey("transfer", fact),
      event: "transfer-mirrored",
      transfers: transferMirrored({ from: holders(from), to: holders(to), amountMicros }),
    },
  ];
}

function feeOf(fact: FeeFact, holders: Holders): Posting[] {
  if (fact.kind === "issuance" || fact.kind === "redemption") return [];
  return [
    {
      ...settledBy(fact),
      key: placeKey("fee", fact),
      event: "fee-collected",
      subject: `fee:${fact.kind}`,
      transfers: feeCollected({ payer: holders(fact.payer), amountMicros: fact.amountMicros }),
    },
  ];
}

const stakeRecipes = {
  Staked: { event: "stake-mirrored", recipe: stakeMirrored },
  UnbondRequested: { event: "unbond-mirrored", recipe: unbondMirrored },
  Withdrawn: { event: "withdraw-mirrored", recipe: withdrawMirrored },
} as const;

function stakeOf(fact: StakeFact, holders: Holders): Posting[] {
  const { wallet, operatorId, amountMicros } = fact;
  if (amountMicros === 0n) return [];
  const { event, recipe } = stakeRecipes[fact.event];
  return [
    {
      ...settledBy(fact),
      key: placeKey(event, fact),
      event,
      subject: `wallet:${wallet}`,
      transfers: recipe({ holder: holders(wallet), operatorId, amountMicros }),
    },
  ];
}
