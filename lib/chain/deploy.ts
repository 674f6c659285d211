import {
  type Abi,
  type Address,
  createPublicClient,
  encodeDeployData,
  encodeFunctionData,
  encodePacked,
  getContractAddress,
  type Hex,
  http,
  keccak256,
  type PublicClient,
  type TransactionReceipt,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  accessManagerAbi,
  epochManagerAbi,
  evidenceAbi,
  identityRegistryAbi,
  payoutSplitterAbi,
  proxyAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  taxVaultAbi,
  timelockAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import type { ContractName, Deployment } from "@/lib/chain/addresses";
import bytecode from "@/lib/chain/bytecode.json";
import { receiptOf } from "@/lib/chain/receipt-of";
import { type ChainRole, contractRoles, roleIds } from "@/lib/chain/roles";

export interface OperatorParams {
  id: number;
  /** key that commits, reveals and signs epochs */
  signer: Address;
  /** key that makes blocks where the network asks the registry for its validators */
  node: Address;
  /** also the operator's controller: keys, terms and exit are its to decide */
  payoutWallet: Address;
  /** salted hash of the beneficial owner; by default one owner for each */
  owner?: Hex;
  commissionBps: number;
  ofBank: boolean;
}

export interface DeployParams {
  tokenName: string;
  tokenSymbol: string;
  epochSeconds: number;
  unbondingSeconds: number;
  /** default 10 */
  issuanceFeeBps?: number;
  /** default 10 */
  redemptionFeeBps?: number;
  mintCapPerHourMicros: bigint;
  mintCapPerDayMicros: bigint;
  /** age at which an attestation stops minting; default 36 hours */
  attestationMaxAgeSeconds?: number;
  /** how long a proposal may wait for its signatures before minting stops; default two epochs, at least an hour */
  graceSeconds?: number;
  /** how long operators may commit to a proposal, and then open what they committed; default a third of an epoch, at most an hour */
  commitSeconds?: number;
  revealSeconds?: number;
  /** default $10,000 */
  bondMinimumMicros?: bigint;
  /** what noticing a canary pays each operator, as far as the pot goes; default $5 */
  canaryRewardMicros?: bigint;
  /** how long the first operators may sit without a bond; default 90 days */
  bondDueSeconds?: number;
  /** how long the first operators are certified; default as long as their wallets, ten years */
  certifiedSeconds?: number;
  /** takes what is slashed; default the payout wallet of the first operator of the bank */
  firstLoss?: Address;
  ruleVersion: number;
  roles: Record<Exclude<ChainRole, "admin">, Address> & { council: Address };
  operators: readonly OperatorParams[];
  /** wallets that TaxVault may remit to */
  stateBodies?: readonly Address[];
}

const defaultCanaryRewardMicros = 5_000_000n;
export const timelockSeconds = 48 * 3600;

/** Changes with any contract: kept data from another build must not be used with this one. */
export const bytecodeHash = bytecode.hash as Hex;

const identityKind = { organisation: 2, stateBody: 5 } as const;
const defaultMaxAgeSeconds = 36 * 3600;
const defaultBondMicros = 10_000_000_000n;
const defaultBondDueSeconds = 90 * 86_400;
const operatorIdentitySeconds = 10 * 366 * 86_400;
const daySeconds = 86_400;
/** 200 to keep a byte of code and 16 to send it, and some to spare */
const gasPerCodeByte = 250n;

/** How the first operators stand; the timelock may set other figures. */
export const standing = {
  approvalSeconds: 2 * daySeconds,
  jailSeconds: 7 * daySeconds,
  missedLimit: 10,
  strikeLimit: 3,
  doubleSignBps: 1_000,
  badEntryBps: 2_000,
} as const;

type GivenRole = ChainRole | keyof typeof contractRoles;
const idOfRole = { ...roleIds, ...contractRoles } as const;

/** Which role may call what; everything else restricted stays with the timelock. */
const roleFunctions: readonly { contract: ContractName; abi: Abi; role: GivenRole; functions: string[] }[] = [
  { contract: "stateToken", abi: stateTokenAbi, role: "issuer", functions: ["mint"] },
  { contract: "stateToken", abi: stateTokenAbi, role: "guardian", functions: ["pause"] },
  {
    contract: "stateToken",
    abi: stateTokenAbi,
    role: "enforcer",
    functions: ["forcedTransferUnderOrder", "setFrozenTokens"],
  },
  {
    contract: "identityRegistry",
    abi: identityRegistryAbi,
    role: "registrar",
    functions: ["register", "setStatus", "scheduleRateClass"],
  },
  {
    contract: "identityRegistry",
    abi: identityRegistryAbi,
    role: "enforcer",
    functions: ["freeze", "unfreeze"],
  },
  { contract: "reserveRegistry", abi: reserveRegistryAbi, role: "issuer", functions: ["release"] },
  { contract: "taxVault", abi: taxVaultAbi, role: "remitter", functions: ["remit", "releaseToPayer"] },
  { contract: "epochManager", abi: epochManagerAbi, role: "proposer", functions: ["propose"] },
  {
    contract: "validatorRegistry",
    abi: validatorRegistryAbi,
    role: "certifier",
    functions: ["approve", "certify", "revoke", "reinstate"],
  },
  {
    contract: "staking",
    abi: stakingAbi,
    role: "validatorRegistry",
    functions: ["setOperator", "slash", "returnBond"],
  },
];

interface Step {
  name: string;
  to?: Address;
  data: Hex;
  gas: bigint;
}

/**
 * Deploys and wires everything from one throw-away key, which gives up every right in the last three steps.
 * Addresses are known before they are used: contracts hold each other as immutables.
 */
export async function deployContracts(input: {
  rpcUrl: string;
  keys: { deployer: Hex };
  params: DeployParams;
}): Promise<Deployment> {
  const deployer = privateKeyToAccount(input.keys.deployer);
  const client = createPublicClient({
    transport: http(input.rpcUrl, { batch: { batchSize: 100 } }),
    pollingInterval: 50,
  });
  const [chainId, nonce, block] = await Promise.all([
    client.getChainId(),
    client.getTransactionCount({ address: deployer.address }),
    client.getBlock(),
  ]);
  const { contracts, steps } = planDeployment({
    params: input.params,
    chainId,
    deployer: deployer.address,
    firstNonce: nonce,
    now: block.timestamp,
  });

  const maxFeePerGas = (block.baseFeePerGas ?? 0n) * 4n + 1_000_000_000n;
  const signed = await Promise.all(
    steps.map(({ to, data, gas }, i) =>
      deployer.signTransaction({
        type: "eip1559",
        chainId,
        nonce: nonce + i,
        to,
        data,
        gas,
        maxFeePerGas,
        maxPriorityFeePerGas: 1n,
      }),
    ),
  );
  const receipts: TransactionReceipt[] = [];
  for (const group of groupsWithin(steps, block.gasLimit)) {
    const hashes = await sendAll(
      client,
      deployer.address,
      signed.slice(receipts.length, receipts.length + group),
    );
    receipts.push(...(await Promise.all(hashes.map((hash) => receiptOf(client, hash)))));
  }
  const failed = receipts.findIndex((receipt) => receipt.status !== "success");
  if (failed >= 0) throw new Error(`deployment failed at step ${failed + 1}: ${steps[failed]?.name}`);
  return {
    chainId,
    deployedAtBlock: Number(receipts[0]?.blockNumber),
    bytecodeHash,
    epochSeconds: input.params.epochSeconds,
    unbondingSeconds: input.params.unbondingSeconds,
    contracts,
  };
}

/**
 * How many steps go at once, one group after the other: what fits into one block. Of more, an anvil whose block is full
 * drops those behind the first that did not fit, because their nonces came too early.
 */
function groupsWithin(steps: readonly Step[], blockGas: bigint): number[] {
  const groups: number[] = [];
  let left = 0n;
  for (const { gas } of steps) {
    if (gas > left) {
      groups.push(0);
      left = blockGas;
    }
    left -= gas;
    groups[groups.length - 1] = (groups.at(-1) ?? 0) + 1;
  }
  return groups;
}

/**
 * All at once, in nonce order. A chain that mines on demand can let a transaction wait for ever for one that it mined at
 * that very moment, so it is asked to mine nothing until all have come.
 */
async function sendAll(client: PublicClient, from: Address, signed: Hex[]): Promise<Hex[]> {
  const ask = (method: string, params: unknown[]) => client.request({ method, params } as never);
  const first = await client.getTransactionCount({ address: from });
  const isOnDemand = await ask("anvil_getAutomine", []).then(Boolean, () => false);
  try {
    if (isOnDemand) await ask("evm_setAutomine", [false]);
    const hashes = await Promise.all(
      signed.map((serializedTransaction) => client.sendRawTransaction({ serializedTransaction })),
    );
    const isMined = async () =>
      (await client.getTransactionCount({ address: from })) >= first + signed.length;
    for (let n = 0; isOnDemand && n < signed.length && !(await isMined()); n++) await ask("evm_mine", []);
    return hashes;
  } finally {
    if (isOnDemand) await ask("evm_setAutomine", [true]);
  }
}

/** The transactions of a deployment, in nonce order, and the addresses they will give. */
export function planDeployment(input: {
  params: DeployParams;
  chainId: number;
  deployer: Address;
  firstNonce: number;
  now: bigint;
}): { contracts: Record<ContractName, Address>; steps: Step[] } {
  const { params, deployer } = input;
  const steps: Step[] = [];
  const at = (offset: number) =>
    getContractAddress({ from: deployer, nonce: BigInt(input.firstNonce + offset) });
  const code = (name: keyof typeof bytecode.contracts) => bytecode.contracts[name] as Hex;
  const order = [
    "accessManager",
    "timelock",
    "identityRegistryCode",
    "identityRegistry",
    "reserveRegistryCode",
    "reserveRegistry",
    "stateTokenCode",
    "stateToken",
    "taxVault",
    "staking",
    "payoutSplitter",
    "epochManager",
    "validatorRegistryCode",
    "validatorRegistry",
    "evidence",
  ] as const;
  const address = Object.fromEntries(order.map((name, i) => [name, at(i)])) as Record<
    (typeof order)[number],
    Address
  >;
  const create = (name: (typeof order)[number], data: Hex) => {
    if (order[steps.length] !== name) throw new Error(`${name} is out of order`);
    steps.push({ name: `create ${name}`, data, gas: 600_000n + gasPerCodeByte * BigInt(data.length / 2) });
  };
  const call = (name: string, to: Address, data: Hex) => steps.push({ name, to, data, gas: 1_500_000n });
  const createProxy = (
    name: "identityRegistry" | "reserveRegistry" | "stateToken" | "validatorRegistry",
    implementation: Address,
    initialize: Hex,
  ) =>
    create(
      name,
      encodeDeployData({ abi: proxyAbi, bytecode: code("proxy"), args: [implementation, initialize] }),
    );

  const authority = address.accessManager;
  const { council } = params.roles;
  create(
    "accessManager",
    encodeDeployData({ abi: accessManagerAbi, bytecode: code("accessManager"), args: [deployer] }),
  );
  create(
    "timelock",
    encodeDeployData({
      abi: timelockAbi,
      bytecode: code("timelock"),
      args: [BigInt(timelockSeconds), [council], [council], zeroAddress],
    }),
  );
  create(
    "identityRegistryCode",
    encodeDeployData({
      abi: identityRegistryAbi,
      bytecode: code("identityRegistry"),
      args: [address.staking],
    }),
  );
  createProxy(
    "identityRegistry",
    address.identityRegistryCode,
    encodeFunctionData({
      abi: identityRegistryAbi,
      functionName: "initialize",
      args: [authority, params.ruleVersion],
    }),
  );
  create(
    "reserveRegistryCode",
    encodeDeployData({
      abi: reserveRegistryAbi,
      bytecode: code("reserveRegistry"),
      args: [address.stateToken],
    }),
  );
  createProxy(
    "reserveRegistry",
    address.reserveRegistryCode,
    encodeFunctionData({
      abi: reserveRegistryAbi,
      functionName: "initialize",
      args: [authority, BigInt(params.attestationMaxAgeSeconds ?? defaultMaxAgeSeconds)],
    }),
  );
  create(
    "stateTokenCode",
    encodeDeployData({ abi: stateTokenAbi, bytecode: code("stateToken"), args: [address] }),
  );
  createProxy(
    "stateToken",
    address.stateTokenCode,
    encodeFunctionData({
      abi: stateTokenAbi,
      functionName: "initialize",
      args: [
        authority,
        params.tokenName,
        params.tokenSymbol,
        params.issuanceFeeBps ?? 10,
        params.redemptionFeeBps ?? 10,
        params.mintCapPerHourMicros,
        params.mintCapPerDayMicros,
      ],
    }),
  );
  create(
    "taxVault",
    encodeDeployData({
      abi: taxVaultAbi,
      bytecode: code("taxVault"),
      args: [authority, address.stateToken, address.identityRegistry, address.payoutSplitter],
    }),
  );
  create(
    "staking",
    encodeDeployData({
      abi: stakingAbi,
      bytecode: code("staking"),
      args: [
        authority,
        address.stateToken,
        address.identityRegistry,
        address.payoutSplitter,
        address.epochManager,
        BigInt(params.epochSeconds),
        BigInt(params.unbondingSeconds),
      ],
    }),
  );
  create(
    "payoutSplitter",
    encodeDeployData({
      abi: payoutSplitterAbi,
      bytecode: code("payoutSplitter"),
      args: [
        authority,
        address.stateToken,
        address.identityRegistry,
        address.staking,
        address.taxVault,
        address.epochManager,
      ],
    }),
  );
  const graceSeconds = params.graceSeconds ?? Math.max(3600, params.epochSeconds * 2);
  const windowSeconds = Math.max(1, Math.min(Math.floor(params.epochSeconds / 3), 3600));
  create(
    "epochManager",
    encodeDeployData({
      abi: epochManagerAbi,
      bytecode: code("epochManager"),
      args: [
        authority,
        address.stateToken,
        address.reserveRegistry,
        address.staking,
        address.payoutSplitter,
        address.validatorRegistry,
        BigInt(params.epochSeconds),
        BigInt(graceSeconds),
        BigInt(params.commitSeconds ?? windowSeconds),
        BigInt(params.revealSeconds ?? windowSeconds),
      ],
    }),
  );
  create(
    "validatorRegistryCode",
    encodeDeployData({
      abi: validatorRegistryAbi,
      bytecode: code("validatorRegistry"),
      args: [address.staking, address.identityRegistry, address.epochManager, address.evidence],
    }),
  );
  const firstLoss = params.firstLoss ?? params.operators.find(({ ofBank }) => ofBank)?.payoutWallet;
  if (!firstLoss) throw new Error("nobody takes what is slashed: name a first-loss account");
  createProxy(
    "validatorRegistry",
    address.validatorRegistryCode,
    encodeFunctionData({
      abi: validatorRegistryAbi,
      functionName: "initialize",
      args: [
        authority,
        { ...standing, bondMinimum: params.bondMinimumMicros ?? defaultBondMicros, firstLoss },
      ],
    }),
  );
  create(
    "evidence",
    encodeDeployData({
      abi: evidenceAbi,
      bytecode: code("evidence"),
      args: [address.epochManager, address.validatorRegistry],
    }),
  );

  const manager = (data: Hex, name: string) => call(name, authority, data);
  for (const { contract, abi, role, functions } of roleFunctions) {
    const selectors = functions.map((wanted) => {
      const found = abi.find((item) => item.type === "function" && item.name === wanted);
      if (found?.type !== "function") throw new Error(`${contract} has no function ${wanted}`);
      return toFunctionSelector(found);
    });
    manager(
      encodeFunctionData({
        abi: accessManagerAbi,
        functionName: "setTargetFunctionRole",
        args: [address[contract], selectors, idOfRole[role]],
      }),
      `let ${role} call ${functions.join(", ")}`,
    );
  }
  const grant = (role: GivenRole, account: Address) =>
    manager(
      encodeFunctionData({
        abi: accessManagerAbi,
        functionName: "grantRole",
        args: [idOfRole[role], account, 0],
      }),
      `grant ${role}`,
    );
  for (const role of Object.keys(roleIds) as ChainRole[]) {
    if (role !== "admin") grant(role, params.roles[role]);
  }
  grant("validatorRegistry", address.validatorRegistry);

  grant("registrar", deployer);
  const register = (wallet: Address, kind: number, expiresAt: bigint) =>
    call(
      `register ${wallet}`,
      address.identityRegistry,
      encodeFunctionData({
        abi: identityRegistryAbi,
        functionName: "register",
        args: [
          wallet,
          keccak256(encodePacked(["uint256", "address"], [BigInt(input.chainId), wallet])),
          kind,
          0,
          0,
          expiresAt,
        ],
      }),
    );
  for (const name of ["staking", "payoutSplitter", "taxVault", "epochManager"] as const)
    register(address[name], identityKind.stateBody, 0n);
  for (const wallet of params.stateBodies ?? []) register(wallet, identityKind.stateBody, 0n);
  for (const wallet of new Set([...params.operators.map(({ payoutWallet }) => payoutWallet), firstLoss]))
    register(wallet, identityKind.organisation, input.now + BigInt(operatorIdentitySeconds));

  steps.push({
    name: "found the operators",
    to: address.validatorRegistry,
    data: encodeFunctionData({
      abi: validatorRegistryAbi,
      functionName: "found",
      args: [
        params.operators.map((operator, i) => founderOf(operator, i, input)),
        Number(input.now) + (params.bondDueSeconds ?? defaultBondDueSeconds),
      ],
    }),
    gas: 2_000_000n + 1_000_000n * BigInt(params.operators.length),
  });

  call(
    "let operators be paid for noticing a canary",
    address.epochManager,
    encodeFunctionData({
      abi: epochManagerAbi,
      functionName: "setCanaryReward",
      args: [params.canaryRewardMicros ?? defaultCanaryRewardMicros],
    }),
  );

  grant("admin", address.timelock);
  for (const role of ["registrar", "admin"] as const) {
    manager(
      encodeFunctionData({
        abi: accessManagerAbi,
        functionName: "renounceRole",
        args: [roleIds[role], deployer],
      }),
      `renounce ${role}`,
    );
  }
  const { identityRegistryCode, reserveRegistryCode, stateTokenCode, validatorRegistryCode, ...contracts } =
    address;
  return { contracts, steps };
}

/** The registry numbers its founders in the order it is given them. */
function founderOf(
  { id, signer, node, payoutWallet, owner, commissionBps, ofBank }: OperatorParams,
  place: number,
  at: { chainId: number; now: bigint; params: DeployParams },
) {
  if (id !== place + 1) throw new Error(`operator ${id} stands at place ${place + 1}`);
  return {
    application: {
      owner: owner ?? keccak256(encodePacked(["uint256", "address"], [BigInt(at.chainId), signer])),
      signer,
      node,
      payoutWallet,
      commissionBps,
    },
    controller: payoutWallet,
    affiliated: ofBank,
    certifiedUntil: Number(at.now) + (at.params.certifiedSeconds ?? operatorIdentitySeconds),
  };
}
