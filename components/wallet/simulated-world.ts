import {
  type Address,
  decodeFunctionData,
  encodeFunctionResult,
  type Hex,
  keccak256,
  numberToHex,
  toHex,
} from "viem";
import { stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { type Act, proofOf } from "@/lib/staking/proofs";

/** For tests: a chain and a wallet in memory, whose every answer the test decides. Real client code talks to them. */
export const place = {
  chainId: 31_337,
  stateToken: "0x00000000000000000000000000000000000000a1",
  staking: "0x00000000000000000000000000000000000000b2",
} as const;

type Sent = {
  hash: Hex;
  from: Address;
  to: Address;
  input: Hex;
  value: Hex;
  nonce: number;
  fee: number;
  block?: number;
  reverts: boolean;
};

export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export class SimulatedChain {
  readonly blocks: Sent[][] = [[]];
  readonly pool = new Map<number, Sent>();
  away = false;
  private made = 0;

  constructor(readonly owner: Address) {}

  get mined(): Sent[] {
    return this.blocks.flat();
  }
  get nonce(): number {
    return this.mined.length;
  }
  get pendingNonce(): number {
    let next = this.nonce;
    while (this.pool.has(next)) next++;
    return next;
  }
  /** acts that really happened, by the function called */
  count(name: string): number {
    return this.mined.filter((one) => !one.reverts && this.nameOf(one) === name).length;
  }

  make(call: { to: Address; data?: Hex }, nonce: number, fee = 1): Sent {
    return {
      hash: keccak256(toHex(`transaction ${this.made++}`)),
      from: this.owner,
      to: call.to,
      input: call.data ?? "0x",
      value: "0x0",
      nonce,
      fee,
      reverts: false,
    };
  }

  /** What a node does with a signed transaction: an old number is refused, a used one needs a higher fee. */
  accept(one: Sent): boolean {
    const there = this.pool.get(one.nonce);
    if (one.nonce < this.nonce || (there && there.fee >= one.fee)) return false;
    this.pool.set(one.nonce, one);
    return true;
  }

  mine() {
    const block: Sent[] = [];
    for (let next = this.pool.get(this.nonce); next; next = this.pool.get(this.nonce + block.length)) {
      this.pool.delete(next.nonce);
      next.block = this.blocks.length;
      block.push(next);
    }
    this.blocks.push(block);
  }

  request(method: string, params: unknown[]): unknown {
    if (this.away) throw new TypeError("Failed to fetch");
    switch (method) {
      case "eth_chainId":
        return numberToHex(place.chainId);
      case "eth_blockNumber":
        return numberToHex(this.blocks.length - 1);
      case "eth_getCode":
        return "0x";
      case "eth_getBalance":
        return numberToHex(10n ** 18n);
      case "eth_gasPrice":
      case "eth_maxPriorityFeePerGas":
        return "0x1";
      case "eth_estimateGas":
        return numberToHex(90_000);
      case "eth_call":
        return this.call((params[0] as { data: Hex }).data);
      case "eth_getTransactionCount":
        return numberToHex(this.countAt(params[1] as string));
      case "eth_getBlockByNumber":
        return this.block(params[0] as string);
      case "eth_getTransactionByHash": {
        const one = [...this.mined, ...this.pool.values()].find(({ hash }) => hash === params[0]);
        return one ? this.transaction(one) : null;
      }
      case "eth_getTransactionReceipt":
        return this.receipt(params[0] as Hex);
      default:
        throw new RpcError(-32_601, `no ${method} here`);
    }
  }

  private countAt(tag: string): number {
    if (tag === "pending") return this.pendingNonce;
    const number = tag === "latest" ? this.blocks.length - 1 : Number(tag);
    return this.blocks.slice(0, number + 1).flat().length;
  }

  private block(tag: string) {
    const isPending = tag === "pending";
    const number = tag === "latest" || isPending ? this.blocks.length - 1 : Number(tag);
    const ready = [...this.pool.values()].filter(({ nonce }) => nonce < this.pendingNonce);
    const transactions = isPending ? ready : (this.blocks[number] ?? []);
    return {
      number: isPending ? null : numberToHex(number),
      hash: isPending ? null : keccak256(toHex(`block ${number}`)),
      timestamp: numberToHex(Math.floor(Date.now() / 1000)),
      baseFeePerGas: "0x1",
      transactions: transactions.map((one) => this.transaction(one)),
    };
  }

  private transaction(one: Sent) {
    return {
      ...one,
      nonce: numberToHex(one.nonce),
      type: "0x2",
      blockNumber: one.block === undefined ? null : numberToHex(one.block),
      blockHash: one.block === undefined ? null : keccak256(toHex(`block ${one.block}`)),
      chainId: numberToHex(place.chainId),
    };
  }

  private nameOf(one: Pick<Sent, "to" | "input">): string | undefined {
    try {
      const abi = one.to === place.staking ? stakingAbi : stateTokenAbi;
      return decodeFunctionData({ abi: abi as typeof stakingAbi, data: one.input }).functionName;
    } catch {
      return undefined;
    }
  }

  private receipt(hash: Hex) {
    const one = this.mined.find((mined) => mined.hash === hash);
    if (!one) return null;
    return {
      transactionHash: hash,
      from: one.from,
      to: one.to,
      blockNumber: numberToHex(one.block ?? 0),
      status: one.reverts ? "0x0" : "0x1",
      logs: one.reverts ? [] : this.logs(one),
    };
  }

  private logs(one: Sent) {
    const name = this.nameOf(one);
    const acts: Record<string, Act> = {
      approve: { name: "approve" },
      stake: { name: "stake", operatorId: 2 },
      stakeWithPermit: { name: "stake", operatorId: 2 },
      requestUnbond: { name: "unbond", operatorId: 2 },
    };
    const act = acts[name ?? ""];
    if (!act) return [];
    const { address, topics } = proofOf(place, this.owner, act);
    return [{ address, topics: topics.map((topic) => topic ?? `0x${"00".repeat(32)}`), data: "0x" }];
  }

  private call(data: Hex): Hex {
    const answers: Record<string, unknown> = { balanceOf: 10n ** 12n, nonces: 0n, name: "Token" };
    try {
      const { functionName } = decodeFunctionData({ abi: stateTokenAbi, data });
      if (functionName in answers)
        return encodeFunctionResult({
          abi: stateTokenAbi,
          functionName,
          result: answers[functionName],
        } as never);
      return "0x";
    } catch {
      const { functionName } = decodeFunctionData({ abi: stakingAbi, data });
      if (functionName !== "operatorOf") return "0x";
      const operator = {
        payoutWallet: this.owner,
        commissionBps: 0,
        open: true,
        active: 0n,
        pending: 0n,
        unbonding: 0n,
        rewardPerSecond: 0n,
        dripEndsAt: 0n,
        bond: 0n,
      };
      return encodeFunctionResult({ abi: stakingAbi, functionName: "operatorOf", result: operator } as never);
    }
  }
}

type Open = {
  request: { to: Address; data?: Hex; nonce?: Hex };
  answer: (hash: Hex) => void;
  fail: (thrown: unknown) => void;
};

/** A wallet that keeps every question open until the test answers it. */
export class SimulatedWallet {
  readonly open: Open[] = [];
  /** everything it has signed, sent or not */
  readonly signed: Sent[] = [];
  asked = 0;
  connected = true;
  signsTypedData = true;

  constructor(
    readonly chain: SimulatedChain,
    /** numbers its transactions by itself, whatever the site asks for */
    readonly ownNumbers: boolean,
  ) {}

  request = async ({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> => {
    switch (method) {
      case "eth_accounts":
      case "eth_requestAccounts":
        return this.connected ? [this.chain.owner] : [];
      case "eth_chainId":
        return numberToHex(place.chainId);
      case "eth_signTypedData_v4":
        if (!this.signsTypedData) throw new RpcError(-32_601, "unknown method");
        return `0x${"11".repeat(64)}1b`;
      case "eth_sendTransaction":
        this.asked++;
        return await new Promise((answer, fail) => {
          this.open.push({ request: params[0] as Open["request"], answer, fail });
        });
      case "wallet_getCapabilities":
        throw new RpcError(-32_601, "unknown method");
      default:
        return this.chain.request(method, params);
    }
  };

  on() {}
  removeListener() {}

  /** The person says yes to the oldest open question. */
  confirm(then: "answers" | "is silent" | "reports a failure" | "keeps it back") {
    const question = this.open.shift();
    if (!question) return;
    const { request } = question;
    const own = this.signed.reduce((next, { nonce }) => Math.max(next, nonce + 1), this.chain.pendingNonce);
    const nonce = this.ownNumbers || !request.nonce ? own : Number(request.nonce);
    const one = this.chain.make(request, nonce);
    const taken = then === "keeps it back" || this.chain.accept(one);
    if (taken) this.signed.push(one);
    if (!taken) question.fail(new RpcError(-32_000, "nonce too low"));
    else if (then === "answers" || then === "keeps it back") question.answer(one.hash);
    else if (then === "reports a failure") question.fail(new RpcError(-32_603, "Failed to fetch"));
  }

  decline() {
    this.open.shift()?.fail(new RpcError(4001, "User rejected the request."));
  }

  private get last() {
    return this.signed.findLast((one) => one.block === undefined);
  }
  /** lets a transaction go that was kept back, or tells the network again */
  release() {
    if (this.last) this.chain.accept(this.last);
  }
  /** wallets tell the network again what it has forgotten */
  tellAgain() {
    for (const one of this.signed) if (one.block === undefined) this.chain.accept(one);
  }
  replace(by: "speed-up" | "cancel" | "another") {
    const old = this.last;
    if (!old) return;
    const call =
      by === "speed-up"
        ? { to: old.to, data: old.input }
        : { to: by === "cancel" ? this.chain.owner : place.stateToken };
    const one = this.chain.make(call, old.nonce, old.fee + 1);
    if (this.chain.accept(one)) this.signed.push(one);
  }
  /** the person sends something of their own */
  unrelated() {
    const one = this.chain.make({ to: place.stateToken, data: "0x01" }, this.chain.pendingNonce);
    if (this.chain.accept(one)) this.signed.push(one);
  }
}
