import type { ChildProcess } from "node:child_process";
import {
  type Address,
  createPublicClient,
  getAddress,
  type Hex,
  hashTypedData,
  http,
  parseEventLogs,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accessManagerAbi,
  epochManagerAbi,
  identityRegistryAbi,
  payoutSplitterAbi,
  stakingAbi,
  stateTokenAbi,
  timelockAbi,
} from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import { type DeployParams, deployContracts, timelockSeconds } from "@/lib/chain/deploy";
import { type ChainRole, roleIds } from "@/lib/chain/roles";
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
    custodian: wallet(10),
    valuer: wallet(11),
  },
  operators: [1, 2, 3, 4].map((id) => ({
    id,
    signer: wallet(11 + id),
    payoutWallet: wallet(15 + id),
    commissionBps: 500,
    weight: 1n,
    ofBank: id === 1,
  })),
  stateBodies: [wallet(9)],
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
    expect(holders.size).toBe(Object.keys(roleIds).length);
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
