import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  keccak256,
  toFunctionSelector,
  toHex,
  zeroAddress,
} from "viem";
import { describe, expect, it } from "vitest";
import {
  epochManagerAbi,
  identityRegistryAbi,
  reserveRegistryAbi,
  stakingAbi,
  stateTokenAbi,
  taxVaultAbi,
  validatorRegistryAbi,
} from "@/lib/chain/abi";
import { checkCall, type OutgoingCall, type Sender } from "@/lib/chain/allow-list";
import { largestCallMicros } from "@/lib/chain/call-ranges";
import { testDeployment } from "@/lib/processes/test-bank";

/** B5: what the bank's keys sign is one of a few calls with sensible parameters; whatever else stands in a row is refused. */
const deployment = testDeployment;
const { contracts } = deployment;
const holder: Address = "0x00000000000000000000000000000000000000aa";
const id = (n: number): Hex => keccak256(toHex(`id ${n}`));
const signature = (n: number): Hex => `0x${n.toString(16).padStart(2, "0").repeat(65)}`;
const none: Hex = `0x${"00".repeat(32)}`;
const some: Hex = `0x${"5e".repeat(32)}`;
const batch = {
  booksRoot: none,
  entriesRoot: none,
  liabilitiesRoot: none,
  liabilities: 0n,
  entriesSeal: some,
  canarySeal: some,
};

const call = (
  sender: Sender,
  to: Address,
  abi: Abi,
  functionName: string,
  args: unknown[],
): OutgoingCall => ({
  sender,
  to,
  data: encodeFunctionData({ abi, functionName, args } as Parameters<typeof encodeFunctionData>[0]),
  valueWei: 0n,
});
const mint = (...args: [Address, bigint, Hex, Hex]) =>
  call("issuer", contracts.stateToken, stateTokenAbi as Abi, "mint", args);
const position = {
  positionId: id(1),
  class: 0,
  marketValue: 5n,
  lendableValue: 5n,
  receiptHash: id(2),
  asOf: 10n,
  expiresAt: 20n,
};
const record = (change: object = {}, first = signature(1), second = signature(2)) =>
  call("issuer", contracts.reserveRegistry, reserveRegistryAbi as Abi, "record", [
    { ...position, ...change },
    first,
    second,
  ]);
const release = (positions: Hex[], amounts: bigint[], by = signature(1)) =>
  call("issuer", contracts.reserveRegistry, reserveRegistryAbi as Abi, "release", [
    id(1),
    positions,
    amounts,
    by,
  ]);
const attest = (marketTotal: bigint, lendableTotal: bigint) =>
  call("issuer", contracts.reserveRegistry, reserveRegistryAbi as Abi, "attest", [
    { marketTotal, lendableTotal, positionsRoot: id(1), asOf: 10n },
    signature(1),
  ]);
const register = (...args: [Address, Hex, number, number, number, bigint]) =>
  call("registrar", contracts.identityRegistry, identityRegistryAbi as Abi, "register", args);
const rate = (wallet: Address, rateClass: number) =>
  call("registrar", contracts.identityRegistry, identityRegistryAbi as Abi, "scheduleRateClass", [
    wallet,
    rateClass,
  ]);
const finalize = (number: bigint, signatures: Hex[]) =>
  call("proposer", contracts.epochManager, epochManagerAbi as Abi, "finalize", [
    number,
    (1n << BigInt(signatures.length)) - 1n,
    signatures,
    id(9),
  ]);
const claim = (wallet: Address, operator: number) =>
  call("remitter", contracts.staking, stakingAbi as Abi, "claimFor", [wallet, operator]);
const remit = (level: number, to: Address, micros: bigint, remittanceId: Hex) =>
  call("remitter", contracts.taxVault, taxVaultAbi as Abi, "remit", [level, to, micros, remittanceId]);

const certifier = (functionName: string, args: unknown[], by: Sender = "certifier") =>
  call(by, contracts.validatorRegistry, validatorRegistryAbi as Abi, functionName, args);
const until = 2_000_000_000;

const right: [string, OutgoingCall][] = [
  ["mint", mint(holder, 5_000_000n, id(1), id(2))],
  ["record", record()],
  ["attest", attest(5n, 5n)],
  ["release", release([id(1), id(2)], [1n, 2n])],
  ["register", register(holder, id(1), 1, 1, 0x2c0a06, 2_000_000_000n)],
  ["scheduleRateClass", rate(holder, 0x2c0a06)],
  ["propose", call("proposer", contracts.epochManager, epochManagerAbi as Abi, "propose", [0n, batch])],
  ["finalize", finalize(1n, [signature(1), signature(2)])],
  ["claimFor", claim(holder, 1)],
  ["remit", remit(0, holder, 1n, id(1))],
  ["approve an operator", certifier("approve", [holder, id(1), false, until])],
  ["certify", certifier("certify", [5, true, until])],
  ["revoke", certifier("revoke", [5, id(1)])],
  ["reinstate", certifier("reinstate", [5])],
  ["grant", { sender: "faucet", to: holder, data: "0x", valueWei: 1n }],
];
const good = right[0]?.[1] as OutgoingCall;
const selector = (text: string): Hex => `${toFunctionSelector(text)}${"00".repeat(64)}`;
const token = (data: Hex): OutgoingCall => ({ ...good, data });
/** The word of a call's data, replaced. */
const withWord = (data: Hex, at: number, word: string): Hex => {
  const begin = 10 + at * 64;
  return `${data.slice(0, begin)}${word}${data.slice(begin + 64)}` as Hex;
};

const wrong: [string, OutgoingCall][] = [
  ["upgrade of the token", token(selector("function upgradeToAndCall(address,bytes)"))],
  ["forced transfer", token(selector("function forcedTransfer(address,address,uint256,bytes32)"))],
  ["transfer", token(selector("function transfer(address,uint256)"))],
  ["approval", token(selector("function approve(address,uint256)"))],
  ["pause", token(selector("function pause()"))],
  ["change of authority", token(selector("function setAuthority(address)"))],
  [
    "role given",
    { ...good, to: contracts.accessManager, data: selector("function grantRole(uint64,address,uint32)") },
  ],
  [
    "call through the access manager",
    { ...good, to: contracts.accessManager, data: selector("function execute(address,bytes)") },
  ],
  [
    "call through the timelock",
    {
      ...good,
      to: contracts.timelock,
      data: selector("function execute(address,uint256,bytes,bytes32,bytes32)"),
    },
  ],
  ["selector that nobody knows", token("0xdeadbeef")],
  ["no selector", token("0x")],
  ["half a selector", token("0x40c1")],
  ["contract that is not ours", { ...good, to: holder }],
  ["contract of another kind", { ...good, to: contracts.staking }],
  ["nobody's address", { ...good, to: zeroAddress }],
  ["coin beside the call", { ...good, valueWei: 1n }],
  ["mint by the registrar", { ...good, sender: "registrar" }],
  ["mint by the remitter", { ...good, sender: "remitter" }],
  ["mint by the faucet", { ...good, sender: "faucet" }],
  ["mint by nobody known", { ...good, sender: "owner" as Sender }],
  ["a byte behind the call", token(`${good.data}00`)],
  ["a word behind the call", token(`${good.data}${"00".repeat(32)}`)],
  ["a byte missing", token(good.data.slice(0, -2) as Hex)],
  ["dirt before an address", token(withWord(good.data, 0, `01${"00".repeat(11)}${holder.slice(2)}`))],
  ["mint of nothing", mint(holder, 0n, id(1), id(2))],
  ["mint of too much", mint(holder, largestCallMicros + 1n, id(1), id(2))],
  ["mint of everything", mint(holder, 2n ** 256n - 1n, id(1), id(2))],
  ["mint to nobody", mint(zeroAddress, 5n, id(1), id(2))],
  ["mint to the staking contract", mint(contracts.staking, 5n, id(1), id(2))],
  ["mint to the token itself", mint(contracts.stateToken, 5n, id(1), id(2))],
  ["mint against no position", mint(holder, 5n, none, id(2))],
  ["mint for no issuance", mint(holder, 5n, id(1), none)],
  ["position worth nothing", record({ marketValue: 0n, lendableValue: 0n })],
  ["position lent above its value", record({ lendableValue: 6n })],
  ["position of a class there is not", record({ class: 11 })],
  ["position that ends before it begins", record({ expiresAt: 5n })],
  ["position of the far future", record({ expiresAt: 2n ** 63n })],
  ["position without a receipt", record({ receiptHash: none })],
  ["position without the custodian", record({}, "0x")],
  ["position without the valuer", record({}, signature(1), "0x1234")],
  ["statement that lends above its value", attest(5n, 6n)],
  ["release of nothing", release([], [])],
  ["release of more amounts than positions", release([id(1)], [1n, 2n])],
  ["release of one position twice", release([id(1), id(1)], [1n, 1n])],
  ["release of zero", release([id(1)], [0n])],
  ["release without the custodian", release([id(1)], [1n], "0x")],
  ["identity of no kind", register(holder, id(1), 0, 1, 0, 2_000_000_000n)],
  ["identity of an unknown kind", register(holder, id(1), 6, 1, 0, 2_000_000_000n)],
  ["identity without an id", register(holder, none, 1, 1, 0, 2_000_000_000n)],
  ["identity without an end", register(holder, id(1), 1, 1, 0, 0n)],
  ["identity for ever", register(holder, id(1), 1, 1, 0, 2n ** 64n - 1n)],
  ["identity for our own contract", register(contracts.taxVault, id(1), 1, 1, 0, 2_000_000_000n)],
  ["rate of all there is", rate(holder, 0xc80000)],
  ["rates that are too much together", rate(holder, 0x4a4a4a)],
  ["epoch without signatures", finalize(1n, [])],
  ["epoch signed by one twice", finalize(1n, [signature(1), signature(1)])],
  ["epoch zero", finalize(0n, [signature(1)])],
  ["payout of no operator", claim(holder, 0)],
  ["remittance of a level there is not", remit(1, holder, 1n, none)],
  ["remittance to nobody", remit(0, zeroAddress, 1n, id(1))],
  ["operator approved by the registrar", certifier("approve", [holder, id(1), false, until], "registrar")],
  ["operator revoked by the issuer", certifier("revoke", [5, id(1)], "issuer")],
  ["operator at one of our contracts", certifier("approve", [contracts.staking, id(1), false, until])],
  ["operator whom nobody owns", certifier("approve", [holder, none, false, until])],
  ["certificate for ever", certifier("certify", [5, true, 2 ** 40 - 1])],
  ["certificate of operator zero", certifier("certify", [0, true, until])],
  ["certificate of an operator there cannot be", certifier("certify", [128, true, until])],
  ["revocation without an order", certifier("revoke", [5, none])],
  ["release from jail of nobody", certifier("reinstate", [0])],
  ["slash by the certifier", certifier("slashUnderOrder", [5, 1n, id(1)])],
  ["exit by the certifier", certifier("exit", [5])],
  ["mint by the certifier", { ...good, sender: "certifier" }],
  ["grant with data", { sender: "faucet", to: holder, data: "0x00", valueWei: 1n }],
  ["grant of nothing", { sender: "faucet", to: holder, data: "0x", valueWei: 0n }],
  ["grant of too much", { sender: "faucet", to: holder, data: "0x", valueWei: 10n ** 18n }],
  ["grant to a contract of ours", { sender: "faucet", to: contracts.staking, data: "0x", valueWei: 1n }],
];

describe("what the bank's keys sign", () => {
  it.each(right)("%s is allowed as the bank makes it", (_, one) => {
    expect(checkCall(deployment, one)).toMatchObject({ allowed: true });
  });

  it.each(wrong)("%s is refused", (_, one) => {
    expect(checkCall(deployment, one)).toMatchObject({ allowed: false });
  });

  it("are more than fifty payloads", () => expect(wrong.length).toBeGreaterThan(50));
});
