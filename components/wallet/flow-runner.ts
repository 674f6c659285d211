import { type Address, type Client, type Hash, type Hex, numberToHex, type Transaction } from "viem";
import {
  call as callChain,
  estimateFeesPerGas,
  estimateGas,
  getBalance,
  getBlock,
  getBlockNumber,
  getCode,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  readContract,
} from "viem/actions";
import type { Config } from "wagmi";
import { getAccount, getClient, getConnectorClient, sendTransaction, signTypedData } from "wagmi/actions";
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
import { type Act, isProven, proofOf } from "@/lib/staking/proofs";
import { callsOf, type Flow, type FlowState, isBatch, type Step, type StepState, stepsOf } from "./flow";
import { batchKnown, batchRefused, bundleUnknown, noTypedData, walletFailure } from "./wallet-failure";
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
const replacedAfterMs = 5_000;
const permitSeconds = 20n * 60n;
const scanBlocks = 400n;
/** how long the wallet may think before we also look for ourselves */
const lookAfterMs = 4_000;

export type Permit = { signature: Hex; deadline: bigint };

export type RunnerInput = {
  wagmi: Config;
  config: PublicConfig;
  owner: Address;
  read: () => FlowState;
  /** keeps the change before going on */
  save: (stepId: string, change: Partial<StepState>) => void;
  /** the same wish with other steps, as long as the wallet was asked for nothing */
  reshape: (flow: Flow) => void;
  setCost: (wei: bigint) => void;
  signal: AbortSignal;
  memory: { permit?: Permit; holder?: Holder; noBatch?: boolean };
};

/** A plain key sends for itself under its own numbers; a contract's transactions come from somebody else. */
type Holder = "key" | "contract";

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
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
function callOf(input: RunnerInput, flow: Flow, place: number): Call {
  const contracts = contractsOf(input.config);
  switch (flow.kind) {
    case "stake": {
      const wish = { operatorId: flow.operatorId, amountMicros: BigInt(flow.amountMicros) };
      if (flow.permission === "approve" || flow.batch)
        return place === 0 ? approveExact(contracts, wish.amountMicros) : stake(contracts, wish);
      const permit = input.memory.permit;
      if (!permit) throw new AppError("transaction_lost");
      return stakeWithPermit(contracts, { ...wish, ...permit });
    }
    case "unbond":
      return requestUnbond(contracts, {
        operatorId: flow.operatorId,
        amountMicros: BigInt(flow.amountMicros),
      });
    case "withdraw":
      return withdraw(contracts, BigInt(flow.requestIds[place] ?? "0"));
    case "claim":
      return claim(contracts, flow.operatorIds[place] ?? 0);
    case "redeem":
      return redeem(contracts, { amountMicros: BigInt(flow.amountMicros), redemptionId: flow.redemptionId });
  }
}

function actOf(flow: Flow, place: number): Act {
  switch (flow.kind) {
    case "stake":
      return callsOf(flow)[place] === "approve"
        ? { name: "approve" }
        : { name: "stake", operatorId: flow.operatorId };
    case "unbond":
      return { name: "unbond", operatorId: flow.operatorId };
    case "withdraw":
      return { name: "withdraw", requestId: BigInt(flow.requestIds[place] ?? "0") };
    case "claim":
      return { name: "claim" };
    case "redeem":
      return { name: "redeem", redemptionId: flow.redemptionId };
  }
}

/** The places of the calls that one leg carries. */
const placesOf = (flow: Flow, leg: number): number[] => (isBatch(flow) ? [...callsOf(flow).keys()] : [leg]);

async function holderOf(input: RunnerInput): Promise<Holder> {
  if (input.memory.holder) return input.memory.holder;
  const code = await getCode(clientOf(input), { address: input.owner });
  // a key that lends itself code (EIP-7702) still sends under its own numbers
  input.memory.holder = !code || code === "0x" || code.startsWith("0xef0100") ? "key" : "contract";
  return input.memory.holder;
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

const askWallet = async (input: RunnerInput, method: string, params: unknown[]): Promise<unknown> => {
  const client = await getConnectorClient(input.wagmi, {
    account: input.owner,
    chainId: input.config.chainId,
  });
  return await client.request({ method, params } as never, { retryCount: 0 });
};

/** Whether the wallet can carry several calls as one (EIP-5792). A wallet that does not know the question cannot. */
async function offersBatch(input: RunnerInput): Promise<boolean> {
  const chain = numberToHex(input.config.chainId);
  try {
    const all = (await askWallet(input, "wallet_getCapabilities", [input.owner, [chain]])) as Record<
      string,
      { atomic?: { status?: string } } | undefined
    > | null;
    const status = (all?.[chain] ?? all?.["0x0"])?.atomic?.status;
    return status === "supported" || status === "ready";
  } catch {
    return false;
  }
}

/** One question instead of several where the wallet can; a contract cannot sign a permission, so it approves. */
async function chooseShape(input: RunnerInput, flow: Flow): Promise<Flow> {
  const canBatch = flow.kind === "stake" || callsOf(flow).length > 1;
  if (canBatch && !input.memory.noBatch && (await offersBatch(input)))
    return { ...flow, batch: true } as Flow;
  return oneByOne(flow, await holderOf(input));
}

const oneByOne = (flow: Flow, holder: Holder): Flow => {
  const { batch: _together, ...rest } = flow as Extract<Flow, { kind: "stake" }>;
  return (flow.kind === "stake" && holder === "contract" ? { ...rest, permission: "approve" } : rest) as Flow;
};

async function check(input: RunnerInput, wish: Flow) {
  requireWallet(input);
  const client = clientOf(input);
  const contracts = contractsOf(input.config);
  const holder = await holderOf(input);
  const flow = await chooseShape(input, wish);
  input.reshape(flow);

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
  for (const [place, name] of callsOf(flow).entries()) {
    const needsEarlierCall = flow.kind === "stake" && (callsOf(flow).length === 1 || place > 0);
    const usual = usualGas[name.split("-")[0] ?? ""] ?? 200_000n;
    if (needsEarlierCall) {
      gas += usual;
      continue;
    }
    const call = callOf(input, flow, place);
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
  // somebody else may pay for a contract: its wallet knows whether there is enough
  if (holder === "key" && coins < cost) refuse("network_coin_too_low");
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
  try {
    const signature = await signTypedData(input.wagmi, { account: input.owner, ...typed });
    input.memory.permit = { signature, deadline };
  } catch (thrown) {
    if (!noTypedData(thrown)) throw thrown;
    input.reshape({ ...flow, permission: "approve" });
  }
}

/**
 * Every request says under which number it is to be sent: a wallet that keeps to it can send the same step twice
 * and only one of both can ever count. Before each request we look whether an earlier one went out after all.
 */
async function send(input: RunnerInput, flow: Flow, step: Step) {
  requireWallet(input);
  const client = clientOf(input);
  const holder = await holderOf(input);
  if (await lookForSent(input, flow, step)) return;
  const call = callOf(input, flow, step.leg);
  const request = { account: input.owner, to: call.to, data: call.data } as const;
  const [gas, pending, blockNumber] = await Promise.all([
    estimateGas(client, { ...request, blockTag: "pending" }).catch((thrown) => {
      input.memory.permit = undefined;
      throw thrown;
    }),
    getTransactionCount(client, { address: input.owner, blockTag: "pending" }),
    getBlockNumber(client, { cacheTime: 0 }),
  ]);
  const asked = input.read().steps[step.id] ?? { status: "todo" };
  if (holder === "key") await requireKnown(input, asked, pending);
  const nonce = Math.max(pending, asked.nonceBefore ?? asked.overNonce ?? 0);
  const blockBefore = asked.blockBefore ?? asked.overBlock ?? blockNumber.toString();
  const first = firstNonce(asked) === undefined ? await firstTime(input) : { fromNonce: firstNonce(asked) };
  input.save(step.id, { status: "asking", nonceBefore: nonce, blockBefore, ...first });
  await askedOrSeen(input, step, async (isOpen) => {
    try {
      const txHash = await sendTransaction(input.wagmi, {
        ...request,
        chainId: input.config.chainId,
        gas: (gas * 12n) / 10n,
        ...(holder === "key" ? { nonce } : {}),
      });
      if (isOpen()) input.save(step.id, { status: "done", txHash });
    } catch (thrown) {
      throw isOpen() ? afterAsking(input, step, { asked, thrown }) : thrown;
    }
  });
  input.memory.permit = undefined;
}

/** What a refusal of the wallet means for the step: a clear no was sent nowhere, and leaves what was asked earlier. */
function afterAsking(
  input: RunnerInput,
  step: Step,
  { asked, thrown }: { asked: StepState; thrown: unknown },
): unknown {
  const code = walletFailure(thrown);
  const { nonceBefore, blockBefore, fromNonce, waitedBefore, batchId } = asked;
  if (code === "wallet_rejected" || code === "wrong_chain")
    input.save(step.id, { nonceBefore, blockBefore, fromNonce, waitedBefore, batchId });
  return code === "chain_down" || code === "rate_limited"
    ? new AppError("wallet_offline", undefined, { cause: thrown })
    : thrown;
}

/** Asks, and looks for ourselves while the wallet thinks: it may send and never answer. The first of both counts. */
async function askedOrSeen(input: RunnerInput, step: Step, ask: (isOpen: () => boolean) => Promise<void>) {
  const stop = new AbortController();
  const stopToo = () => stop.abort();
  input.signal.addEventListener("abort", stopToo, { once: true });
  let isOpen = true;
  const answered = ask(() => isOpen);
  const seen = pause(lookAfterMs, stop.signal).then(() =>
    watchAsking({ ...input, signal: stop.signal }, step),
  );
  answered.catch(() => undefined);
  seen.catch(() => undefined);
  try {
    await Promise.race([answered, seen]);
  } finally {
    // a page that goes away still keeps the answer for the next visit
    isOpen = input.signal.aborted;
    stop.abort();
    input.signal.removeEventListener("abort", stopToo);
  }
}

async function sendBatch(input: RunnerInput, flow: Flow, step: Step) {
  requireWallet(input);
  if (await lookForSent(input, flow, step)) return;
  const calls = placesOf(flow, step.leg).map((place) => {
    const { to, data } = callOf(input, flow, place);
    return { to, data };
  });
  const asked = input.read().steps[step.id] ?? { status: "todo" };
  const batchId = asked.batchId ?? newBatchId();
  input.save(step.id, { status: "asking", batchId });
  const request = {
    version: "2.0.0",
    id: batchId,
    chainId: numberToHex(input.config.chainId),
    from: input.owner,
    atomicRequired: true,
    calls,
  };
  await askedOrSeen(input, step, async (isOpen) => {
    try {
      const answer = (await askWallet(input, "wallet_sendCalls", [request])) as { id?: Hex } | null;
      if (isOpen()) input.save(step.id, { status: "done", batchId: answer?.id ?? batchId });
    } catch (thrown) {
      if (!isOpen()) throw thrown;
      if (batchKnown(thrown)) return input.save(step.id, { status: "done" });
      const declined = walletFailure(thrown) === "wallet_rejected";
      if (!declined && !batchRefused(thrown)) throw afterAsking(input, step, { asked, thrown });
      // nothing was sent: the same wish goes on call by call
      input.save(step.id, { status: "todo", batchId: undefined });
      input.memory.noBatch = true;
      input.reshape(oneByOne(flow, await holderOf(input)));
      if (declined) throw thrown;
    }
  });
}

const newBatchId = (): Hex =>
  `0x${Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** The transaction by which the account used up a number, found by halving; a node that forgets the past is read forward. */
async function minedUnder(
  input: RunnerInput,
  nonce: number,
  blocks: { from: bigint; to: bigint },
): Promise<Transaction | undefined> {
  const client = clientOf(input);
  const find = async (blockNumber: bigint) => {
    const block = await getBlock(client, { blockNumber, includeTransactions: true });
    return block.transactions.find((one) => isOwn(input, one) && one.nonce === nonce);
  };
  let { from, to } = blocks;
  if (to - from > 16n)
    try {
      while (from < to) {
        const middle = (from + to) / 2n;
        const count = await getTransactionCount(client, { address: input.owner, blockNumber: middle });
        if (count > nonce) to = middle;
        else from = middle + 1n;
      }
      const found = await find(from);
      if (found) return found;
    } catch {
      // no state that old: read on from the beginning
    }
  const last = blocks.to - blocks.from > scanBlocks ? blocks.from + scanBlocks : blocks.to;
  for (let number = blocks.from; number <= last; number++) {
    const found = await find(number);
    if (found) return found;
  }
  return undefined;
}

const isOwn = (input: RunnerInput, one: Transaction) => one.from.toLowerCase() === input.owner.toLowerCase();

const firstNonce = (asked: StepState) => asked.fromNonce ?? asked.overNonce;

const waitingOf = async (input: RunnerInput): Promise<Transaction[]> => {
  const block = await getBlock(clientOf(input), { blockTag: "pending", includeTransactions: true });
  return block.transactions.filter((one) => isOwn(input, one as Transaction)) as Transaction[];
};

/** What waits now may be forgotten by the network, and its number taken by this step: so all that is not mined counts. */
async function firstTime(input: RunnerInput): Promise<Pick<StepState, "fromNonce" | "waitedBefore">> {
  const [mined, waiting] = await Promise.all([
    getTransactionCount(clientOf(input), { address: input.owner, blockTag: "latest" }),
    waitingOf(input).catch(() => []),
  ]);
  return { fromNonce: mined, waitedBefore: waiting.map(({ hash }) => hash) };
}

/** Everything the account has sent since it was asked, mined or waiting, by its own number. */
async function sentSince(input: RunnerInput, asked: StepState): Promise<Transaction[]> {
  const first = firstNonce(asked);
  const since = asked.blockBefore ?? asked.overBlock;
  if (first === undefined || since === undefined) return [];
  const client = clientOf(input);
  const [mined, latest, waiting] = await Promise.all([
    getTransactionCount(client, { address: input.owner, blockTag: "latest" }),
    getBlockNumber(client, { cacheTime: 0 }),
    waitingOf(input).catch(() => []),
  ]);
  const found: Transaction[] = [];
  const blocks = { from: BigInt(since), to: latest };
  for (let nonce = first; nonce < mined; nonce++) {
    const one = await minedUnder(input, nonce, blocks);
    if (one) found.push(one);
  }
  found.push(...waiting.filter((one) => one.nonce >= mined));
  return found;
}

/** Refuses to ask again while the account has used numbers since, by something that we cannot see. */
async function requireKnown(input: RunnerInput, asked: StepState, pending: number) {
  const first = firstNonce(asked) ?? pending;
  if (pending <= first) return;
  const seen = new Set((await sentSince(input, asked)).map((one) => one.nonce));
  for (let nonce = first; nonce < pending; nonce++) if (!seen.has(nonce)) refuse("transaction_unclear");
}

/** Contract, function and first two arguments: enough to tell "the same act with another fee" from another act. */
function sameAct(input: RunnerInput, flow: Flow, leg: number, sent: Transaction): boolean {
  const memory = { permit: { signature: `0x${"11".repeat(64)}1b` as Hex, deadline: 0n } };
  const call = callOf({ ...input, memory }, flow, leg);
  return (
    sent.to?.toLowerCase() === call.to.toLowerCase() && sent.input.startsWith(call.data.slice(0, 2 + 8 + 128))
  );
}

/** A transaction of nothing to oneself: how wallets cancel. */
const isCancel = (sent: Transaction) =>
  sent.to?.toLowerCase() === sent.from.toLowerCase() && sent.value === 0n && sent.input === "0x";

/** Never sends: only looks whether an earlier request to the wallet has led to anything. */
async function lookForSent(input: RunnerInput, flow: Flow, step: Step): Promise<boolean> {
  const asked = input.read().steps[step.id];
  if (!asked) return false;
  if (asked.batchId) {
    if (!(await batchState(input, asked.batchId))) return false;
    input.save(step.id, { status: "done" });
    return true;
  }
  if ((await holderOf(input)) === "contract") return false;
  const found = (await sentSince(input, asked)).find(
    (one) => !asked.waitedBefore?.includes(one.hash) && sameAct(input, flow, step.leg, one),
  );
  if (!found) return false;
  input.save(step.id, { status: "done", txHash: found.hash, nonceBefore: found.nonce, seen: true });
  return true;
}

type BatchState = { status: number; receipts?: { transactionHash?: Hash }[] };

/** What the wallet knows about a batch; undefined when it has never heard of it. */
async function batchState(input: RunnerInput, batchId: Hex): Promise<BatchState | undefined> {
  try {
    return (await askWallet(input, "wallet_getCallsStatus", [batchId])) as BatchState;
  } catch (thrown) {
    if (bundleUnknown(thrown)) return undefined;
    throw thrown;
  }
}

type Receipt = Awaited<ReturnType<typeof getTransactionReceipt>>;

/** The receipt is read by ourselves: only one that shows the act itself counts as done. */
function provesLeg(input: RunnerInput, flow: Flow, leg: number, receipt: Receipt): boolean {
  const contracts = contractsOf(input.config);
  return placesOf(flow, leg).every((place) =>
    isProven(receipt.logs, proofOf(contracts, input.owner, actOf(flow, place))),
  );
}

async function wait(input: RunnerInput, flow: Flow, step: Step) {
  const startedAt = Date.now();
  let failures = 0;
  let unknownSince: number | undefined;
  for (;;) {
    try {
      const seen = await lookOnce(input, flow, step, unknownSince ? Date.now() - unknownSince : 0);
      if (seen === "mined") return;
      if (seen === "moved") continue;
      unknownSince = seen === "unknown" ? (unknownSince ?? Date.now()) : undefined;
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

/** One look at what was sent: mined, still waiting, not known to the network, or found under another hash. */
async function lookOnce(
  input: RunnerInput,
  flow: Flow,
  step: Step,
  unknownForMs: number,
): Promise<"mined" | "waiting" | "unknown" | "moved"> {
  const client = clientOf(input);
  const holder = await holderOf(input);
  const sendId = step.id.replace(/^wait-/, "send-");
  const { txHash: hash, batchId } = input.read().steps[sendId] ?? {};
  if (batchId && !hash) {
    const carried = await batchHash(input, batchId);
    if (!carried) return "waiting";
    if (carried === "unknown") return "unknown";
    input.save(sendId, { status: "done", txHash: carried });
    return "moved";
  }
  if (!hash) throw new AppError("transaction_lost");
  const receipt = await getTransactionReceipt(client, { hash }).catch((thrown) => {
    if ((thrown as Error).name === "TransactionReceiptNotFoundError") return undefined;
    throw thrown;
  });
  const goesUnderOwnNumber = holder === "key" && !batchId;
  if (receipt && (receipt.status === "reverted" || provesLeg(input, flow, step.leg, receipt))) {
    if (receipt.status === "reverted") refuse("transaction_failed");
    input.save(step.id, { status: "done", blockNumber: receipt.blockNumber.toString() });
    return "mined";
  }
  // a contract's outer call can succeed although the act inside it failed
  if (receipt && !goesUnderOwnNumber) refuse("transaction_failed");
  const known = await getTransaction(client, { hash }).catch((thrown) => {
    if ((thrown as Error).name === "TransactionNotFoundError") return undefined;
    throw thrown;
  });
  if (!goesUnderOwnNumber) return known || holder === "contract" ? "waiting" : "unknown";
  if (known && isOwn(input, known) && sameAct(input, flow, step.leg, known))
    if (!input.read().steps[sendId]?.seen)
      input.save(sendId, { status: "done", nonceBefore: known.nonce, seen: true });
  if (await followReplacement(input, flow, step, sendId, unknownForMs)) return "moved";
  // mined, and no trace of the act: the wallet has named something else
  if (receipt) refuse("transaction_unclear");
  return known ? "waiting" : "unknown";
}

async function batchHash(input: RunnerInput, batchId: Hex): Promise<Hash | "unknown" | undefined> {
  const state = await batchState(input, batchId);
  if (!state) return "unknown";
  if (state.status >= 400) refuse("transaction_failed");
  return state.status >= 200 ? state.receipts?.at(-1)?.transactionHash : undefined;
}

/** Whether another transaction of the same account stands where ours stood; true when it does the same. */
async function followReplacement(
  input: RunnerInput,
  flow: Flow,
  step: Step,
  sendId: string,
  unknownForMs: number,
) {
  const asked = input.read().steps[sendId];
  if (!asked?.txHash) return false;
  const notOurs = new Set([asked.txHash, ...(asked.waitedBefore ?? [])]);
  const others = (await sentSince(input, asked)).filter((one) => !notOurs.has(one.hash));
  const same = others.find((one) => sameAct(input, flow, step.leg, one));
  if (same) {
    input.save(sendId, { status: "done", txHash: same.hash, nonceBefore: same.nonce, seen: true });
    return true;
  }
  // a wallet may have numbered otherwise than it was asked: that needs a moment to show
  if (!asked.seen && unknownForMs < replacedAfterMs) return false;
  const instead = others.find((one) => one.nonce === asked.nonceBefore && one.blockNumber !== null);
  if (instead) refuse(isCancel(instead) ? "transaction_cancelled" : "transaction_replaced");
  return false;
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
    else if (step.kind === "send") return await (isBatch(flow) ? sendBatch : send)(input, flow, step);
    else if (step.kind === "wait") return await wait(input, flow, step);
    else await verify(input, step);
    if (stepsOf(input.read().flow).some(({ id }) => id === step.id)) input.save(step.id, { status: "done" });
  } catch (thrown) {
    if (thrown instanceof AppError || (thrown as Error).name === "AbortError") throw thrown;
    throw new AppError(walletFailure(thrown), undefined, { cause: thrown });
  }
}

/** Watches a wallet's open question after a reload until something was sent or the page goes away. */
export async function watchAsking(input: RunnerInput, step: Step): Promise<void> {
  while (!(await lookForSent(input, input.read().flow, step).catch(() => undefined)))
    await pause(2_000, input.signal);
}
