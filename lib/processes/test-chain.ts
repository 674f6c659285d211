import { type ChildProcess, spawn } from "node:child_process";
import {
  type Abi,
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  maxUint256,
  type PublicClient,
  pad,
  toHex,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import {
  epochManagerAbi,
  identityRegistryAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
} from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { chainClient } from "@/lib/chain/client";
import { deployContracts } from "@/lib/chain/deploy";
import { receiptOf } from "@/lib/chain/receipt-of";
import { anvilBinary } from "@/lib/processes/chain";
import { anyFree } from "@/lib/processes/ports";
import { fakeCustodian } from "@/lib/vendors/custodian/fake";
import { fakeValuer } from "@/lib/vendors/valuer/fake";

const mnemonic = "test test test test test test test test test test test junk";
const roleAccounts = {
  deployer: 0,
  issuer: 1,
  registrar: 2,
  proposer: 3,
  guardian: 4,
  enforcer: 5,
  remitter: 6,
  faucet: 7,
  council: 8,
  certifier: 9,
  custodian: 10,
  valuer: 11,
} as const;

export type TestRole = keyof typeof roleAccounts;

export interface TestChain {
  rpcUrl: string;
  client: PublicClient;
  deployment: Deployment;
  process: ChildProcess;
  account(index: number): ReturnType<typeof mnemonicToAccount>;
  key(of: TestRole | number): Hex;
  address(of: TestRole | number): Address;
  rpc(method: string, params?: unknown[]): Promise<unknown>;
  mine(blocks?: number): Promise<void>;
  /** lets the chain's time pass and mines one block */
  pass(seconds: number): Promise<void>;
  send(from: TestRole | number, call: TestCall): Promise<Hex>;
  stop(): Promise<void>;
}

export interface TestCall {
  to: Address;
  abi: readonly unknown[];
  functionName: string;
  args?: readonly unknown[];
}

/** An anvil of our own: another test may take a free port between the look and the start, so only its own words count. */
export async function startAnvil(slotsInAnEpoch: number): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await anyFree();
    const child = spawn(
      anvilBinary(),
      [
        ...["--port", String(port), "--mnemonic", mnemonic, "--accounts", "30", "--hardfork", "prague"],
        ...["--slots-in-an-epoch", String(slotsInAnEpoch)],
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    const listens = await new Promise<boolean>((resolve) => {
      child.once("error", () => resolve(false));
      child.once("exit", () => resolve(false));
      let said = "";
      child.stdout.on("data", (words: Buffer) => {
        said += words;
        if (said.includes("Listening on")) resolve(true);
      });
    });
    if (listens) return { child, port };
    if (tries === 5) throw new Error("anvil did not start");
  }
}

const accounts = new Map<number, ReturnType<typeof mnemonicToAccount>>();

/** Deriving a key from words takes a tenth of a second: once a process is enough. */
function accountOf(addressIndex: number): ReturnType<typeof mnemonicToAccount> {
  const known = accounts.get(addressIndex) ?? mnemonicToAccount(mnemonic, { addressIndex });
  accounts.set(addressIndex, known);
  return known;
}

/** A real chain of its own with the contracts on it, for one test file. */
export async function startTestChain(
  options: {
    slotsInAnEpoch?: number;
    epochSeconds?: number;
    /** in the order of their numbers: operator n signs with account 11 + n and is paid at account 15 + n */
    operators?: readonly ("bank" | "outside")[];
  } = {},
) {
  const { child, port } = await startAnvil(options.slotsInAnEpoch ?? 1);
  const rpcUrl = `http://127.0.0.1:${port}`;
  const client = chainClient({ rpcUrl, chainId: 31337 });
  const account = accountOf;
  const indexOf = (of: TestRole | number) => (typeof of === "number" ? of : roleAccounts[of]);
  const address = (of: TestRole | number): Address => account(indexOf(of)).address;
  const key = (of: TestRole | number): Hex => toHex(account(indexOf(of)).getHdKey().privateKey as Uint8Array);
  const rpc = (method: string, params: unknown[] = []) => client.request({ method, params } as never);

  const deployment = await deployContracts({
    rpcUrl,
    keys: { deployer: key("deployer") },
    params: {
      tokenName: "Test Granary Token",
      tokenSymbol: "TGT",
      epochSeconds: options.epochSeconds ?? 30,
      unbondingSeconds: 60,
      mintCapPerHourMicros: 1_000_000_000_000n,
      mintCapPerDayMicros: 5_000_000_000_000n,
      ruleVersion: 2026,
      roles: {
        issuer: address("issuer"),
        registrar: address("registrar"),
        proposer: address("proposer"),
        guardian: address("guardian"),
        enforcer: address("enforcer"),
        remitter: address("remitter"),
        council: address("council"),
        certifier: address("certifier"),
        custodian: address("custodian"),
        valuer: address("valuer"),
      },
      operators: (options.operators ?? ["bank", "outside", "outside", "outside"]).map((side, i) => ({
        id: i + 1,
        signer: address(12 + i),
        payoutWallet: address(16 + i),
        commissionBps: 100 * (i + 1),
        node: keccak256(address(12 + i)).slice(0, 42) as Address,
        ofBank: side === "bank",
      })),
    },
  });

  const chain: TestChain = {
    rpcUrl,
    client,
    deployment,
    process: child,
    account,
    key,
    address,
    rpc,
    async mine(blocks = 1) {
      await rpc("anvil_mine", [toHex(blocks)]);
    },
    async pass(seconds) {
      await rpc("evm_increaseTime", [toHex(seconds)]);
      await rpc("evm_mine");
    },
    async send(from, call) {
      const data = encodeFunctionData({
        abi: call.abi as Abi,
        functionName: call.functionName,
        args: (call.args ?? []) as unknown[],
      });
      const hash = (await rpc("eth_sendTransaction", [
        { from: address(from), to: call.to, data, gas: toHex(3_000_000) },
      ])) as Hex;
      const receipt = await receiptOf(client, hash, { everyMs: 20 });
      if (receipt.status !== "success") throw new Error(`${call.functionName} reverted`);
      return hash;
    },
    async stop() {
      child.kill("SIGKILL");
      await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(0)));
    },
  };
  return chain;
}

let counter = 0;
const nextId = (): Hex => pad(toHex(++counter), { size: 32 });

/** Registers a wallet as a verified person with a rate class. */
export async function verifyWallet(chain: TestChain, wallet: Address, rateClass = 0x2c0a06): Promise<void> {
  const { timestamp } = await chain.client.getBlock();
  await chain.send("registrar", {
    to: chain.deployment.contracts.identityRegistry,
    abi: identityRegistryAbi,
    functionName: "register",
    args: [wallet, nextId(), 1, 1, rateClass, timestamp + 31_536_000n],
  });
}

/** Attests, records a cash position and mints against it. */
export async function mintTokens(chain: TestChain, to: Address, grossMicros: bigint): Promise<void> {
  const { client, deployment } = chain;
  const custodian = fakeCustodian({ key: chain.key("custodian"), deployment });
  const valuer = fakeValuer({ key: chain.key("valuer"), deployment, client });
  const registry = { to: deployment.contracts.reserveRegistry, abi: reserveRegistryAbi } as const;
  const { timestamp } = await client.getBlock();
  const position = {
    positionId: nextId(),
    class: 0,
    marketValue: grossMicros,
    lendableValue: grossMicros,
    receiptHash: nextId(),
    asOf: timestamp,
    expiresAt: timestamp + 31_536_000n,
  };
  const document = {
    positionId: position.positionId,
    class: 0,
    asset: "US dollars",
    quantity: grossMicros.toString(),
    unit: "1e-6 USD",
    reference: position.positionId,
  };
  const signatures = await Promise.all([
    custodian.signReceipt({ document, position }),
    valuer.signValuation({ document, position }),
  ]);
  await chain.send("issuer", { ...registry, functionName: "record", args: [position, ...signatures] });
  const { attestation, signature } = await valuer.signAttestation();
  await chain
    .send("issuer", { ...registry, functionName: "attest", args: [attestation, signature] })
    .catch(() => undefined);
  await chain.send("issuer", {
    to: deployment.contracts.stateToken,
    abi: stateTokenAbi,
    functionName: "mint",
    args: [to, grossMicros, position.positionId, nextId()],
  });
}

export async function stakeTokens(
  chain: TestChain,
  from: number,
  stake: { operatorId: number; amountMicros: bigint },
): Promise<void> {
  const { staking, stateToken } = chain.deployment.contracts;
  await chain.send(from, {
    to: stateToken,
    abi: stateTokenAbi,
    functionName: "approve",
    args: [staking, maxUint256],
  });
  await chain.send(from, {
    to: staking,
    abi: stakingAbi,
    functionName: "stake",
    args: [stake.operatorId, stake.amountMicros],
  });
}

/** Proposes an epoch, lets these operators vote and sign, and finishes it; the others are away. */
export async function finishEpoch(
  chain: TestChain,
  of: { distributedMicros: bigint; signers: readonly number[] },
): Promise<void> {
  const manager = { address: chain.deployment.contracts.epochManager, abi: epochManagerAbi } as const;
  const { to, abi } = { to: manager.address, abi: manager.abi };
  const [entries, salt] = [pad("0xe1", { size: 32 }), pad("0x5a", { size: 32 })];
  const word = { type: "bytes32" } as const;
  const hashOf = (types: readonly { type: string }[], values: readonly unknown[]) =>
    keccak256(encodeAbiParameters(types, values));
  const batch = {
    booksRoot: zeroHash,
    entriesRoot: zeroHash,
    liabilitiesRoot: zeroHash,
    liabilities: 0n,
    entriesSeal: hashOf([word], [entries]),
    canarySeal: hashOf([word, { type: "bool" }], [salt, false]),
  };
  await chain.send("proposer", { to, abi, functionName: "propose", args: [of.distributedMicros, batch] });
  const [[{ number }, digest], seats, [commitSeconds]] = await Promise.all([
    chain.client.readContract({ ...manager, functionName: "proposal" }),
    chain.client.readContract({ ...manager, functionName: "validators" }),
    chain.client.readContract({ ...manager, functionName: "windows" }),
  ]);
  const voters = [...of.signers].sort((a, b) => a - b);
  const placeOf = (id: number) => BigInt(seats.findIndex(({ operatorId }) => operatorId === id));
  for (const id of voters) {
    const hash = hashOf([{ type: "uint8" }, word, word, word], [id, entries, entries, zeroHash]);
    await chain.send(11 + id, { to, abi, functionName: "commit", args: [placeOf(id), hash.slice(0, 50)] });
  }
  if (voters.length < seats.length) await chain.pass(Number(commitSeconds) + 1);
  for (const id of voters)
    await chain.send(11 + id, {
      to,
      abi,
      functionName: "reveal",
      args: [placeOf(id), entries, entries, zeroHash],
    });
  const signatures = await Promise.all(voters.map((id) => chain.account(11 + id).sign({ hash: digest })));
  const bits = voters.reduce((sum, id) => sum | (1n << BigInt(id)), 0n);
  await chain.send("proposer", {
    to,
    abi,
    functionName: "finalize",
    args: [number, bits, signatures, salt],
  });
}

export async function payForData(chain: TestChain, from: number, feeMicros: bigint): Promise<void> {
  const { epochManager, stateToken } = chain.deployment.contracts;
  await chain.send(from, {
    to: stateToken,
    abi: stateTokenAbi,
    functionName: "approve",
    args: [epochManager, maxUint256],
  });
  await chain.send(from, {
    to: epochManager,
    abi: epochManagerAbi,
    functionName: "requestDataValidation",
    args: [nextId(), feeMicros],
  });
}
