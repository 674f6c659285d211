import type { ChildProcess } from "node:child_process";
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  type Hex,
  hashTypedData,
  http,
  keccak256,
  parseEventLogs,
  toFunctionSelector,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accessManagerAbi,
  epochManagerAbi,
  identityRegistryAbi,
  payoutSplitterAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  taxVaultAbi,
  timelockAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import bytecode from "@/lib/chain/bytecode.json";
import { type DeployParams, deployContracts, timelockSeconds } from "@/lib/chain/deploy";
import { receiptOf } from "@/lib/chain/receipt-of";
import { type ChainRole, contractRoles, roleIds } from "@/lib/chain/roles";
import { epochTypedData } from "@/lib/chain/typed-data";
import { startAnvil } from "@/lib/processes/test-chain";

const mnemonic = "test test test test test test test test test test test junk";
const accounts = Array.from({ length: 20 }, (_, addressIndex) =>
  mnemonicToAccount(mnemonic, { addressIndex }),
);
const wallet = (index: number): Address => accounts[index]!.address;
const key = (index: number): Hex =>
  `0x${Buffer.from(accounts[index]!.getHdKey().privateKey!).toString("hex")}`;

const params: DeployParams = {
  tokenName: "Maryland Dollar",
  tokenSymbol: "MDD",
  epochSeconds: 30,
  unbondingSeconds: 60,
  mintCapPerHourMicros: 1_000_000_000_000n,
  mintCapPerDayMicros: 5_000_000_000_000n,
  ruleVersion: 2026,
  roles: {
    issuer: wallet(1),
    registrar: wallet(2),
    proposer: wallet(3),
    guardian: wallet(4),
    enforcer: wallet(5),
    remitter: wallet(6),
    council: wallet(8),
    certifier: wallet(7),
    custodian: wallet(10),
    valuer: wallet(11),
  },
  operators: [1, 2, 3, 4].map((id) => ({
    id,
    signer: wallet(11 + id),
    payoutWallet: wallet(15 + id),
    commissionBps: 500,
    node: keccak256(wallet(11 + id)).slice(0, 42) as Address,
    ofBank: id === 1,
  })),
  stateBodies: [wallet(9)],
};

const guarded = {
  stateToken: stateTokenAbi,
  identityRegistry: identityRegistryAbi,
  reserveRegistry: reserveRegistryAbi,
  staking: stakingAbi,
  payoutSplitter: payoutSplitterAbi,
  taxVault: taxVaultAbi,
  epochManager: epochManagerAbi,
  validatorRegistry: validatorRegistryAbi,
};
const roleOf = (id: bigint) =>
  Object.entries({ ...roleIds, ...contractRoles }).find(([, one]) => one === id)?.[0] ?? `role ${id}`;

/** ERC-1967: where a proxy keeps the address of its code. */
const codeSlot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const codeBehind = async (proxy: Address) => {
  const word = await client().getStorageAt({ address: proxy, slot: codeSlot });
  return getAddress(`0x${word?.slice(-40)}`);
};

let anvil: ChildProcess;
let rpcUrl: string;
let deployment: Deployment;
const client = () => createPublicClient({ transport: http(rpcUrl) });

beforeAll(async () => {
  const started = await startAnvil(1);
  anvil = started.child;
  rpcUrl = `http://127.0.0.1:${started.port}`;
  deployment = await deployContracts({ rpcUrl, keys: { deployer: key(0) }, params });
});

afterAll(() => {
  anvil.kill("SIGKILL");
});

describe("a fresh deployment", () => {
  it("is mined only once all of it has come, and leaves a chain that mines on demand", async () => {
    const first = BigInt(deployment.deployedAtBlock);
    const blocks = (await client().getBlockNumber()) - first + 1n;
    const sent = await client().getTransactionCount({ address: wallet(0) });
    // one by one, each would have a block of its own
    expect(Number(blocks)).toBeLessThan(sent / 4);
    expect(await client().request({ method: "anvil_getAutomine", params: [] } as never)).toBe(true);
  });

  it("leaves admin with the timelock alone, and every other role with exactly its key", async () => {
    const logs = await client().getLogs({ address: deployment.contracts.accessManager, fromBlock: 0n });
    const holders = new Map<bigint, Set<Address>>();
    for (const { eventName, args } of parseEventLogs({ abi: accessManagerAbi, logs })) {
      if (eventName === "RoleGranted") {
        const set = holders.get(args.roleId) ?? new Set<Address>();
        holders.set(args.roleId, set.add(getAddress(args.account)));
      } else if (eventName === "RoleRevoked") holders.get(args.roleId)?.delete(getAddress(args.account));
    }
    for (const [role, id] of Object.entries(roleIds) as [ChainRole, bigint][]) {
      const expected = role === "admin" ? deployment.contracts.timelock : params.roles[role];
      expect([role, ...(holders.get(id) ?? [])]).toEqual([role, getAddress(expected)]);
    }
    expect([...(holders.get(contractRoles.validatorRegistry) ?? [])]).toEqual([
      getAddress(deployment.contracts.validatorRegistry),
    ]);
    expect(holders.size).toBe(Object.keys(roleIds).length + 1);
    for (const index of accounts.keys()) {
      const [isAdmin] = await client().readContract({
        address: deployment.contracts.accessManager,
        abi: accessManagerAbi,
        functionName: "hasRole",
        args: [roleIds.admin, wallet(index)],
      });
      expect(isAdmin).toBe(false);
    }
  });

  it("makes the timelock wait 48 hours, and lets nobody administer it but itself", async () => {
    const timelock = { address: deployment.contracts.timelock, abi: timelockAbi } as const;
    expect(await client().readContract({ ...timelock, functionName: "getMinDelay" })).toBe(
      BigInt(timelockSeconds),
    );
    const adminRole = await client().readContract({ ...timelock, functionName: "DEFAULT_ADMIN_ROLE" });
    for (const index of accounts.keys()) {
      expect(
        await client().readContract({
          ...timelock,
          functionName: "hasRole",
          args: [adminRole, wallet(index)],
        }),
      ).toBe(false);
    }
  });

  it("refuses upgrades and parameters to every key there is", async () => {
    const { stateToken, epochManager } = deployment.contracts;
    for (const index of [0, 1, 2, 3, 4, 5, 6, 8]) {
      const account = wallet(index);
      const upgrade = client().simulateContract({
        account,
        address: stateToken,
        abi: stateTokenAbi,
        functionName: "upgradeToAndCall",
        args: [epochManager, "0x"],
      });
      await expect(upgrade).rejects.toThrow("AccessManagedUnauthorized");
      const fees = client().simulateContract({
        account,
        address: stateToken,
        abi: stateTokenAbi,
        functionName: "setFees",
        args: [0, 0],
      });
      await expect(fees).rejects.toThrow("AccessManagedUnauthorized");
    }
  });

  it("opens each restricted function to exactly one role, and upgrades and parameters to the timelock alone", async () => {
    const doors: Record<string, string> = {};
    for (const [contract, abi] of Object.entries(guarded)) {
      const target = deployment.contracts[contract as keyof typeof guarded];
      for (const item of abi as Abi) {
        if (item.type !== "function" || item.stateMutability === "view" || item.stateMutability === "pure")
          continue;
        const roleId = await client().readContract({
          address: deployment.contracts.accessManager,
          abi: accessManagerAbi,
          functionName: "getTargetFunctionRole",
          args: [target, toFunctionSelector(item)],
        });
        if (roleId !== roleIds.admin) doors[`${contract}.${item.name}`] = roleOf(roleId);
      }
    }
    expect(doors).toEqual({
      "stateToken.mint": "issuer",
      "stateToken.pause": "guardian",
      "stateToken.forcedTransferUnderOrder": "enforcer",
      "stateToken.setFrozenTokens": "enforcer",
      "identityRegistry.register": "registrar",
      "identityRegistry.setStatus": "registrar",
      "identityRegistry.scheduleRateClass": "registrar",
      "identityRegistry.freeze": "enforcer",
      "identityRegistry.unfreeze": "enforcer",
      "reserveRegistry.release": "issuer",
      "taxVault.remit": "remitter",
      "taxVault.releaseToPayer": "remitter",
      "epochManager.propose": "proposer",
      "staking.setOperator": "validatorRegistry",
      "staking.slash": "validatorRegistry",
      "staking.returnBond": "validatorRegistry",
      "validatorRegistry.approve": "certifier",
      "validatorRegistry.certify": "certifier",
      "validatorRegistry.revoke": "certifier",
      "validatorRegistry.reinstate": "certifier",
    });
  });

  it("gives no role a keeper but the timelock, and no key two roles", async () => {
    const manager = { address: deployment.contracts.accessManager, abi: accessManagerAbi } as const;
    for (const id of Object.values(roleIds)) {
      expect(await client().readContract({ ...manager, functionName: "getRoleAdmin", args: [id] })).toBe(0n);
      expect(await client().readContract({ ...manager, functionName: "getRoleGuardian", args: [id] })).toBe(
        0n,
      );
    }
    const keys = [deployment.contracts.timelock, ...Object.values(params.roles)];
    expect(new Set(keys).size).toBe(keys.length);
    for (const id of Object.values(roleIds)) {
      const [held] = await client().readContract({
        ...manager,
        functionName: "hasRole",
        args: [id, wallet(0)],
      });
      expect(held).toBe(false);
    }
    const timelock = { address: deployment.contracts.timelock, abi: timelockAbi } as const;
    for (const name of ["PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"] as const) {
      const role = await client().readContract({ ...timelock, functionName: name });
      const holders = await Promise.all(
        accounts.map(({ address }) =>
          client().readContract({ ...timelock, functionName: "hasRole", args: [role, address] }),
        ),
      );
      expect([name, holders.flatMap((held, index) => (held ? [index] : []))]).toEqual([name, [8]]);
    }
  });

  it("leaves no implementation that anybody could take over", async () => {
    for (const [contract, abi, args] of [
      ["stateToken", stateTokenAbi, [wallet(0), "x", "x", 0, 0, 0n, 0n]],
      ["identityRegistry", identityRegistryAbi, [wallet(0), 1]],
      ["reserveRegistry", reserveRegistryAbi, [wallet(0), 1n]],
    ] as const) {
      const code = await codeBehind(deployment.contracts[contract]);
      for (const address of [code, deployment.contracts[contract]]) {
        const taken = client().simulateContract({
          account: wallet(0),
          address,
          abi: abi as Abi,
          functionName: "initialize",
          args,
        });
        await expect(taken).rejects.toThrow("InvalidInitialization");
      }
    }
  });

  it("changes its code only when the council's proposal has waited two days, and keeps what it knew", async () => {
    const test = createTestClient({ mode: "anvil", transport: http(rpcUrl) });
    const snapshot = await test.snapshot();
    const { timelock, identityRegistry, staking } = deployment.contracts;
    const council = createWalletClient({ account: accounts[8]!, transport: http(rpcUrl) });
    const sent = async (request: Parameters<typeof council.sendTransaction>[0]) => {
      const hash = await council.sendTransaction(request);
      return receiptOf(client(), hash);
    };
    const codeBefore = await codeBehind(identityRegistry);
    const { contractAddress } = await sent({
      chain: null,
      data: encodeDeployData({
        abi: identityRegistryAbi,
        bytecode: bytecode.contracts.identityRegistry as Hex,
        args: [staking],
      }),
    });
    const upgrade = encodeFunctionData({
      abi: identityRegistryAbi,
      functionName: "upgradeToAndCall",
      args: [contractAddress!, "0x"],
    });
    const call = [identityRegistry, 0n, upgrade, zeroHash, zeroHash] as const;
    const execute = (account: Address) =>
      client().simulateContract({
        account,
        address: timelock,
        abi: timelockAbi,
        functionName: "execute",
        args: call,
      });
    const schedule = (account: Address, delay: bigint) =>
      client().simulateContract({
        account,
        address: timelock,
        abi: timelockAbi,
        functionName: "schedule",
        args: [...call, delay],
      });
    await expect(schedule(wallet(1), BigInt(timelockSeconds))).rejects.toThrow(
      "AccessControlUnauthorizedAccount",
    );
    await expect(schedule(wallet(8), BigInt(timelockSeconds - 1))).rejects.toThrow(
      "TimelockInsufficientDelay",
    );
    await sent({
      chain: null,
      to: timelock,
      data: encodeFunctionData({
        abi: timelockAbi,
        functionName: "schedule",
        args: [...call, BigInt(timelockSeconds)],
      }),
    });
    const identity = () =>
      client().readContract({
        address: identityRegistry,
        abi: identityRegistryAbi,
        functionName: "identityOf",
        args: [wallet(16)],
      });
    const known = await identity();
    expect(known.kind).toBe(2);
    await test.increaseTime({ seconds: timelockSeconds - 60 });
    await test.mine({ blocks: 1 });
    await expect(execute(wallet(8))).rejects.toThrow("TimelockUnexpectedOperationState");
    await test.increaseTime({ seconds: 60 });
    await test.mine({ blocks: 1 });
    await expect(execute(wallet(1))).rejects.toThrow("AccessControlUnauthorizedAccount");
    await sent({
      chain: null,
      to: timelock,
      data: encodeFunctionData({ abi: timelockAbi, functionName: "execute", args: call }),
    });
    expect(await codeBehind(identityRegistry)).toBe(getAddress(contractAddress!));
    expect(await codeBehind(identityRegistry)).not.toBe(codeBefore);
    expect(await identity()).toEqual(known);
    await test.revert({ id: snapshot });
  });

  it("lets the wait be shortened by nobody, and by the council only after the wait", async () => {
    const { timelock } = deployment.contracts;
    const shorten = encodeFunctionData({ abi: timelockAbi, functionName: "updateDelay", args: [0n] });
    for (const index of accounts.keys()) {
      const direct = client().simulateContract({
        account: wallet(index),
        address: timelock,
        abi: timelockAbi,
        functionName: "updateDelay",
        args: [0n],
      });
      await expect(direct).rejects.toThrow("TimelockUnauthorizedCaller");
    }
    for (const delay of [0n, BigInt(timelockSeconds - 1)]) {
      const early = client().simulateContract({
        account: wallet(8),
        address: timelock,
        abi: timelockAbi,
        functionName: "schedule",
        args: [timelock, 0n, shorten, zeroHash, zeroHash, delay],
      });
      await expect(early).rejects.toThrow("TimelockInsufficientDelay");
    }
  });

  it("knows its system contracts, operators and validators", async () => {
    for (const name of ["staking", "payoutSplitter", "taxVault", "epochManager"] as const) {
      const identity = await client().readContract({
        address: deployment.contracts.identityRegistry,
        abi: identityRegistryAbi,
        functionName: "identityOf",
        args: [deployment.contracts[name]],
      });
      expect(identity).toMatchObject({ kind: 5, status: 1, rateClass: 0, expiresAt: 0n });
    }
    const operators = await client().readContract({
      address: deployment.contracts.staking,
      abi: stakingAbi,
      functionName: "operatorIds",
    });
    expect(operators).toEqual([1, 2, 3, 4]);
    const validators = await client().readContract({
      address: deployment.contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "validators",
    });
    expect(validators.map(({ operatorId, ofBank }) => [operatorId, ofBank])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, false],
    ]);
    expect(
      await client().readContract({
        address: deployment.contracts.payoutSplitter,
        abi: payoutSplitterAbi,
        functionName: "fundedBy",
        args: [deployment.contracts.staking],
      }),
    ).toBe(0n);
  });

  it("hashes an epoch as the contract does", async () => {
    const epoch = {
      number: 1n,
      collected: 2n,
      distributed: 3n,
      carried: 4n,
      supply: 5n,
      marketValue: 6n,
      lendableValue: 7n,
      dataDigest: `0x${"08".repeat(32)}`,
      booksRoot: `0x${"09".repeat(32)}`,
      entriesRoot: `0x${"19".repeat(32)}`,
      liabilitiesRoot: `0x${"29".repeat(32)}`,
      liabilities: 39n,
      entriesSeal: `0x${"49".repeat(32)}`,
      previousDigest: `0x${"0a".repeat(32)}`,
      parentBlockHash: `0x${"0b".repeat(32)}`,
      proposedAt: 12n,
      proposedBlock: 13n,
    } as const;
    const onChain = await client().readContract({
      address: deployment.contracts.epochManager,
      abi: epochManagerAbi,
      functionName: "hashEpoch",
      args: [epoch],
    });
    const verifyingContract = deployment.contracts.epochManager;
    expect(onChain).toBe(
      hashTypedData(epochTypedData({ chainId: deployment.chainId, verifyingContract, epoch })),
    );
  });
});
