import type { Address, Client, Hash, Hex, Transaction } from "viem";
import {
  call as callChain,
  estimateFeesPerGas,
  estimateGas,
  getBalance,
  getBlock,
  getBlockNumber,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  readContract,
} from "viem/actions";
import type { Config } from "wagmi";
import { getAccount, getClient, sendTransaction, signTypedData } from "wagmi/actions";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { AppError, type ErrorCode } from "@/lib/errors";
import {
  approveExact,
  type Call,
  claim,
  redeem,
  requestUnbond,
  type StakeContracts,
  stake,
  stakePermit,
  stakeWithPermit,
  tokensCanMove,
  withdraw,
} from "@/lib/staking/calls";
import { type Flow, type FlowState, legsOf, type Step, type StepState } from "./flow";
import { walletFailure } from "./wallet-failure";
import type { PublicConfig } from "./wallet-store";

/** Gas measured on the real contracts, rounded up: used until the real call can be estimated. */
const usualGas: Record<string, bigint> = {
  approve: 60_000n,
  stake: 190_000n,
  unbond: 140_000n,
  withdraw: 140_000n,
  claim: 190_000n,
  redeem: 120_000n,
};

const slowAfterMs = 20_000;
const lostAfterMs = 20_000;
const permitSeconds = 20n * 60n;
const scanBlocks = 400n;

export type Permit = { signature: Hex; deadline: bigint };

export type RunnerInput = {
  wagmi: Config;
  config: PublicConfig;
  owner: Address;
  read: () => FlowState;
  /** keeps the change before going on */
  save: (stepId: string, change: Partial<StepState>) => void;
  setCost: (wei: bigint) => void;
  signal: AbortSignal;
  memory: { permit?: Permit };
};

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(new DOMException("stopped", "AbortError"));
      },
      { once: true },
    );
  });

const refuse = (code: ErrorCode): never => {
  throw new AppError(code);
};

function clientOf(input: RunnerInput): Client {
  const client = getClient(input.wagmi, { chainId: input.config.chainId });
  if (!client) throw new AppError("chain_down");
  return client;
}

const contractsOf = (config: PublicConfig): StakeContracts => config.contracts;

/** The call behind one leg; a stake by permission needs the permission first. */
function callOf(input: RunnerInput, flow: Flow, leg: number): Call {
  const contracts = contractsOf(input.config);
  switch (flow.kind) {
    case "stake": {
      const amountMicros = BigInt(flow.amountMicros);
      if (flow.permission === "approve")
        return leg === 0
          ? approveExact(contracts, amountMicros)
          : stake(contracts, { operatorId: flow.operatorId, amountMicros });
      const permit = input.memory.permit;
      if (!permit) throw new AppError("transaction_lost");
      return stakeWithPermit(contracts, { operatorId: flow.operatorId, amountMicros, ...permit });
    }
    case "unbond":
      return requestUnbond(contracts, {
        operatorId: flow.operatorId,
        amountMicros: BigInt(flow.amountMicros),
      });
    case "withdraw":
      return withdraw(contracts, BigInt(flow.requestIds[leg] ?? "0"));
    case "claim":
      return claim(contracts, flow.operatorIds[leg] ?? 0);
    case "redeem":
      return redeem(contracts, { amountMicros: BigInt(flow.amountMicros), redemptionId: flow.redemptionId });
  }
}

/** The wallet must still be the owner's and stand on the bank's chain; asked again before every signature. */
function requireWallet(input: RunnerInput) {
  const account = getAccount(input.wagmi);
  if (!account.address || !account.isConnected) refuse("wallet_not_connected");
  if (account.address?.toLowerCase() !== input.owner.toLowerCase()) refuse("wallet_changed");
  if (account.chainId !== input.config.chainId) refuse("wrong_chain");
}

/** Tried on the block to come: a quiet chain's last block may lie before the end of a wait that is over by now. */
async function tryCall(input: RunnerInput, call: Call) {
  await callChain(clientOf(input), {
    account: input.owner,
    to: call.to,
    data: call.data,
    blockTag: "pending",
  });
}

async function check(input: RunnerInput, flow: Flow) {
  requireWallet(input);
  const client = clientOf(input);
  const contracts = contractsOf(input.config);
  const legs = legsOf(flow);

  if (flow.kind === "stake" || flow.kind === "redeem") {
    const amountMicros = BigInt(flow.amountMicros);
    const balance = await readContract(client, {
      address: contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "balanceOf",
      args: [input.owner],
    });
    if (balance < amountMicros) refuse("balance_too_low");
    if (flow.kind === "stake") {
      await tryCall(input, tokensCanMove(contracts, { owner: input.owner, amountMicros }));
      const operator = await readContract(client, {
        address: contracts.staking,
        abi: stakingAbi,
        functionName: "operatorOf",
        args: [flow.operatorId],
      });
      if (!operator.open) refuse("operator_closed");
    }
  }

  let gas = 0n;
  for (const [leg, name] of legs.entries()) {
    const needsEarlierLeg = flow.kind === "stake" && (flow.permission === "permit" || leg > 0);
    const usual = usualGas[name.split("-")[0] ?? ""] ?? 200_000n;
    if (needsEarlierLeg) {
      gas += usual;
      continue;
    }
    const call = callOf(input, flow, leg);
    await tryCall(input, call);
    gas += await estimateGas(client, {
      account: input.owner,
      to: call.to,
      data: call.data,
      blockTag: "pending",
    })
      .then((estimate) => (estimate * 12n) / 10n)
      .catch(() => usual);
  }
  const [fees, coins] = await Promise.all([
    estimateFeesPerGas(client),
    getBalance(client, { address: input.owner }),
  ]);
  const cost = gas * fees.maxFeePerGas;
  input.setCost(cost);
  if (coins < cost) refuse("network_coin_too_low");
}

async function signPermit(input: RunnerInput, flow: Flow) {
  if (flow.kind !== "stake") return;
  requireWallet(input);
  const now = BigInt(Math.floor(Date.now() / 1000));
  if (input.memory.permit && input.memory.permit.deadline > now + 120n) return;
  const client = clientOf(input);
  const contracts = contractsOf(input.config);
  const token = { address: contracts.stateToken, abi: stateTokenAbi } as const;
  const [nonce, tokenName, block] = await Promise.all([
    readContract(client, { ...token, functionName: "nonces", args: [input.owner] }),
    readContract(client, { ...token, functionName: "name" }),
    getBlock(client),
  ]);
  const chainNow = block.timestamp > now ? block.timestamp : now;
  const deadline = chainNow + permitSeconds;
  const typed = stakePermit({
    contracts,
    tokenName,
    chainId: input.config.chainId,
    owner: input.owner,
    amountMicros: BigInt(flow.amountMicros),
    nonce,
    deadline,
  });
  const signature = await signTypedData(input.wagmi, { account: input.owner, ...typed });
  input.memory.permit = { signature, deadline };
}

async function send(input: RunnerInput, flow: Flow, step: Step) {
  requireWallet(input);
  const client = clientOf(input);
  if ((await lookForSent(input, flow, step)) === "this") return;
  const call = callOf(input, flow, step.leg);
  const request = { account: input.owner, to: call.to, data: call.data } as const;
  const [gas, nonceBefore, blockBefore] = await Promise.all([
    estimateGas(client, { ...request, blockTag: "pending" }).catch((thrown) => {
      input.memory.permit = undefined;
      throw thrown;
    }),
    getTransactionCount(client, { address: input.owner, blockTag: "pending" }),
    getBlockNumber(client),
  ]);
  input.save(step.id, { status: "asking", nonceBefore, blockBefore: blockBefore.toString() });
  try {
    const txHash = await sendTransaction(input.wagmi, { ...request, gas: (gas * 12n) / 10n });
    input.save(step.id, { status: "done", txHash });
  } catch (thrown) {
    if (walletFailure(thrown) === "wallet_rejected")
      input.save(step.id, { nonceBefore: undefined, blockBefore: undefined });
    throw thrown;
  }
  input.memory.permit = undefined;
}

/** What the account really sent under the nonce that stood before our request. */
async function sentUnderNonce(
  client: Client,
  owner: Address,
  state: StepState,
): Promise<Transaction | undefined> {
  if (state.nonceBefore === undefined || state.blockBefore === undefined) return undefined;
  const mined = await getTransactionCount(client, { address: owner, blockTag: "latest" });
  if (mined <= state.nonceBefore) return undefined;
  const latest = await getBlockNumber(client);
  const first = BigInt(state.blockBefore);
  const last = latest - first > scanBlocks ? first + scanBlocks : latest;
  for (let number = first; number <= last; number++) {
    const block = await getBlock(client, { blockNumber: number, includeTransactions: true });
    const found = block.transactions.find(
      (one) => one.from.toLowerCase() === owner.toLowerCase() && one.nonce === state.nonceBefore,
    );
    if (found) return found;
  }
  return undefined;
}

/** Contract, function and first two arguments: enough to tell "the same act with another fee" from another act. */
function sameAct(input: RunnerInput, flow: Flow, leg: number, sent: Transaction): boolean {
  const memory = { permit: { signature: `0x${"11".repeat(64)}1b` as Hex, deadline: 0n } };
  const call = callOf({ ...input, memory }, flow, leg);
  return (
    sent.to?.toLowerCase() === call.to.toLowerCase() && sent.input.startsWith(call.data.slice(0, 2 + 8 + 128))
  );
}

/** Never sends: only looks whether an earlier request to the wallet has led to anything. */
async function lookForSent(
  input: RunnerInput,
  flow: Flow,
  step: Step,
): Promise<"nothing" | "this" | "other"> {
  const state = input.read().steps[step.id];
  const found = state && (await sentUnderNonce(clientOf(input), input.owner, state));
  if (!found) return "nothing";
  if (!sameAct(input, flow, step.leg, found)) return "other";
  input.save(step.id, { status: "done", txHash: found.hash });
  return "this";
}

async function wait(input: RunnerInput, flow: Flow, step: Step) {
  const client = clientOf(input);
  const sendId = step.id.replace(/^wait-/, "send-");
  const sent = () => input.read().steps[sendId];
  const startedAt = Date.now();
  let failures = 0;
  let unknownSince: number | undefined;
  for (;;) {
    const hash = sent()?.txHash as Hash | undefined;
    if (!hash) refuse("transaction_lost");
    try {
      const receipt = await getTransactionReceipt(client, { hash: hash as Hash }).catch((thrown) => {
        if ((thrown as Error).name === "TransactionReceiptNotFoundError") return undefined;
        throw thrown;
      });
      if (receipt) {
        if (receipt.status === "reverted") refuse("transaction_failed");
        input.save(step.id, { status: "done", blockNumber: receipt.blockNumber.toString() });
        return;
      }
      const state = sent();
      const other = state && (await sentUnderNonce(client, input.owner, state));
      if (other && other.hash !== hash) {
        if (!sameAct(input, flow, step.leg, other)) refuse("transaction_replaced");
        input.save(sendId, { status: "done", txHash: other.hash });
        continue;
      }
      const known = await getTransaction(client, { hash: hash as Hash })
        .then(() => true)
        .catch(() => false);
      unknownSince = known ? undefined : (unknownSince ?? Date.now());
      if (unknownSince && Date.now() - unknownSince > lostAfterMs) refuse("transaction_lost");
      failures = 0;
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      failures++;
      if (failures >= 6) throw thrown;
    }
    if (Date.now() - startedAt > slowAfterMs) input.save(step.id, { status: "slow" });
    await pause(1_000, input.signal);
  }
}

/** Done is what our own index has seen, not what a wallet claims. */
async function verify(input: RunnerInput, step: Step) {
  let needed = 0n;
  for (const { blockNumber } of Object.values(input.read().steps))
    if (blockNumber && BigInt(blockNumber) > needed) needed = BigInt(blockNumber);
  const startedAt = Date.now();
  let failures = 0;
  for (;;) {
    try {
      const answer = await fetch("/api/stake/state", {
        headers: { accept: "application/json" },
        signal: input.signal,
      });
      if (answer.status === 401) refuse("session_ended");
      if (!answer.ok) throw new Error(String(answer.status));
      const { indexedBlock } = (await answer.json()) as { indexedBlock: string | number };
      failures = 0;
      if (BigInt(indexedBlock) >= needed) return;
    } catch (thrown) {
      if (thrown instanceof AppError || (thrown as Error).name === "AbortError") throw thrown;
      failures++;
      if (failures >= 12) refuse("chain_behind");
    }
    if (Date.now() - startedAt > slowAfterMs) input.save(step.id, { status: "slow" });
    await pause(1_500, input.signal);
  }
}

/** Runs one step to its end. Throws an AppError whose code says what stopped it. */
export async function runStep(input: RunnerInput, step: Step): Promise<void> {
  const { flow } = input.read();
  try {
    if (step.kind === "check") await check(input, flow);
    else if (step.kind === "permit") await signPermit(input, flow);
    else if (step.kind === "send") return await send(input, flow, step);
    else if (step.kind === "wait") return await wait(input, flow, step);
    else await verify(input, step);
    input.save(step.id, { status: "done" });
  } catch (thrown) {
    if (thrown instanceof AppError || (thrown as Error).name === "AbortError") throw thrown;
    throw new AppError(walletFailure(thrown), undefined, { cause: thrown });
  }
}

/** Watches a wallet's open question after a reload until something was sent or the page goes away. */
export async function watchAsking(input: RunnerInput, step: Step): Promise<void> {
  for (;;) {
    const found = await lookForSent(input, input.read().flow, step).catch(() => "nothing" as const);
    if (found === "this") return;
    if (found === "other") refuse("transaction_replaced");
    await pause(2_000, input.signal);
  }
}
