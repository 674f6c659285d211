import { zeroAddress } from "viem";
import type { Tx } from "@/db/client";
import { contractAt } from "@/lib/chain/addresses";
import { deployment } from "@/lib/chain/deployment";
import type { ChainFact, FeeFact, StakeFact, TransferFact } from "@/lib/chain/facts";
import { holderOf, settledBy } from "@/lib/chain/holders";
import { keepStretch, stretches } from "@/lib/chain/projections";
import { settleIssuance } from "@/lib/collateral/commands/settle-issuance";
import { settlePosition } from "@/lib/collateral/commands/settle-position";
import { settleRedemption } from "@/lib/collateral/commands/settle-redemption";
import { settleIdentity } from "@/lib/customers/commands/settle-identity";
import { post } from "@/lib/ledger/posting";
import { epochDistributed } from "@/lib/ledger/recipes/epoch-distributed";
import { feeCollected } from "@/lib/ledger/recipes/fee-collected";
import { operatorFeePaid } from "@/lib/ledger/recipes/payout-with-withholding";
import { stakeMirrored } from "@/lib/ledger/recipes/stake-mirrored";
import { transferMirrored } from "@/lib/ledger/recipes/transfer-mirrored";
import { unbondMirrored } from "@/lib/ledger/recipes/unbond-mirrored";
import { withdrawMirrored } from "@/lib/ledger/recipes/withdraw-mirrored";
import { settlePayout } from "@/lib/rewards/commands/settle-payout";

/** Credits final facts in order: the index's own rows, then the command or recipe whose business each is. */
export async function settleFacts(tx: Tx, facts: readonly ChainFact[]): Promise<void> {
  for (const stretch of stretches(facts)) {
    await keepStretch(tx, stretch);
    for (const fact of stretch) await book(tx, fact);
  }
}

async function book(tx: Tx, fact: ChainFact): Promise<void> {
  switch (fact.event) {
    case "IdentitySet":
    case "StatusSet":
    case "RateClassScheduled":
      return settleIdentity(tx, fact);
    case "Issued":
      return settleIssuance(tx, fact);
    case "Redeemed":
      return settleRedemption(tx, fact);
    case "PositionRecorded":
    case "PositionConsumed":
    case "PositionReleased":
      return settlePosition(tx, fact);
    case "Payout":
      return settlePayout(tx, fact);
    case "Transfer":
      return mirrorTransfer(tx, fact);
    case "FeeCollected":
      return mirrorFee(tx, fact);
    case "Staked":
    case "UnbondRequested":
    case "Withdrawn":
      return mirrorStake(tx, fact);
    case "RewardDistributed":
      if (fact.grossMicros === 0n) return;
      await post(tx, {
        ...settledBy(fact),
        key: `epoch-distributed:${fact.chainId}:${fact.epoch}:${fact.operatorId}`,
        event: "epoch-distributed",
        subject: `epoch:${fact.epoch}`,
        transfers: epochDistributed(fact),
      });
      return;
    case "OperatorFeePaid":
      await post(tx, {
        ...settledBy(fact),
        key: placeKey("operator-fee-paid", fact),
        event: "operator-fee-paid",
        subject: `operator:${fact.operatorId}`,
        transfers: operatorFeePaid({ ...fact, to: await holderOf(tx, fact.to) }),
      });
      return;
    default:
      return;
  }
}

const placeKey = (event: string, fact: ChainFact) =>
  `${event}:${fact.chainId}:${fact.txHash}:${fact.logIndex}`;

/** Movements to and from our contracts, mints and burns have recipes of their own; this is holder to holder. */
async function mirrorTransfer(tx: Tx, fact: TransferFact): Promise<void> {
  const { from, to, amountMicros } = fact;
  const isOurs = (address: typeof from) =>
    address === zeroAddress || contractAt(deployment(), address) !== undefined;
  if (isOurs(from) || isOurs(to) || from === to || amountMicros === 0n) return;
  await post(tx, {
    ...settledBy(fact),
    key: placeKey("transfer", fact),
    event: "transfer-mirrored",
    transfers: transferMirrored({
      from: await holderOf(tx, from),
      to: await holderOf(tx, to),
      amountMicros,
    }),
  });
}

async function mirrorFee(tx: Tx, fact: FeeFact): Promise<void> {
  if (fact.kind === "issuance" || fact.kind === "redemption") return;
  await post(tx, {
    ...settledBy(fact),
    key: placeKey("fee", fact),
    event: "fee-collected",
    subject: `fee:${fact.kind}`,
    transfers: feeCollected({ payer: await holderOf(tx, fact.payer), amountMicros: fact.amountMicros }),
  });
}

async function mirrorStake(tx: Tx, fact: StakeFact): Promise<void> {
  const input = {
    holder: await holderOf(tx, fact.wallet),
    operatorId: fact.operatorId,
    amountMicros: fact.amountMicros,
  };
  const recipes = {
    Staked: { event: "stake-mirrored", recipe: stakeMirrored },
    UnbondRequested: { event: "unbond-mirrored", recipe: unbondMirrored },
    Withdrawn: { event: "withdraw-mirrored", recipe: withdrawMirrored },
  } as const;
  const { event, recipe } = recipes[fact.event];
  if (fact.amountMicros === 0n) return;
  await post(tx, {
    ...settledBy(fact),
    key: placeKey(event, fact),
    event,
    subject: `wallet:${fact.wallet}`,
    transfers: recipe(input),
  });
}
