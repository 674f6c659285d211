import { type Address, type Hex, isAddressEqual, zeroAddress } from "viem";
import type { ContractName, Deployment } from "@/lib/chain/addresses";
import { identityKinds, identityStatuses } from "@/lib/chain/facts";
import type { PositionMessage } from "@/lib/chain/typed-data";

/**
 * Which parameters the bank's keys may sign for, function by function; a function without a row is refused.
 * Units: micros of a token, seconds of the epoch. Looser than the house's limits, which the commands keep and the
 * contracts enforce: what lies outside here was made by nobody of ours.
 */
// biome-ignore lint/suspicious/noExplicitAny: the ABI decides what each list holds
type Check = (args: any, deployment: Deployment) => boolean;

/** A hundred million dollars. */
export const largestCallMicros = 100_000_000_000_000n;
const yearTwentyTwoHundred = 7_258_118_400n;
/** Federal, state and local in half points: together at most 60 of a hundred. */
const largestRateHalfPoints = 120;

const isPaid = (micros: bigint) => micros > 0n && micros <= largestCallMicros;
const isId = (id: Hex) => /[1-9a-f]/.test(id.slice(2));
const isTime = (seconds: bigint) => seconds > 0n && seconds < yearTwentyTwoHundred;
const isSignature = (signature: Hex) => signature.length === 132;
const isRateClass = (rate: number) =>
  (rate >> 16) + ((rate >> 8) & 0xff) + (rate & 0xff) <= largestRateHalfPoints;
const isOperator = (id: number) => id > 0 && id < 10_000;
const isSeat = (id: number) => id > 0 && id < 128;
const isLevel = (level: number) => level >= 0 && level < 3;

/** Somebody's wallet: not nobody's, and not one of our contracts. */
const isHolder = (address: Address, { contracts }: Deployment) =>
  !isAddressEqual(address, zeroAddress) &&
  !Object.values(contracts).some((own) => isAddressEqual(own, address));

const rows: { [contract in ContractName]?: Record<string, Check> } = {
  stateToken: {
    mint: (args: [Address, bigint, Hex, Hex], d) =>
      isHolder(args[0], d) && isPaid(args[1]) && isId(args[2]) && isId(args[3]),
  },
  reserveRegistry: {
    record: ([p, custodian, valuer]: [PositionMessage, Hex, Hex]) =>
      isId(p.positionId) &&
      p.class <= 10 &&
      isPaid(p.marketValue) &&
      isPaid(p.lendableValue) &&
      p.lendableValue <= p.marketValue &&
      isId(p.receiptHash) &&
      isTime(p.asOf) &&
      isTime(p.expiresAt) &&
      p.expiresAt > p.asOf &&
      isSignature(custodian) &&
      isSignature(valuer),
    attest: ([a, valuer]: [{ marketTotal: bigint; lendableTotal: bigint; asOf: bigint }, Hex]) =>
      a.lendableTotal <= a.marketTotal && isTime(a.asOf) && isSignature(valuer),
    release: ([id, positions, amounts, custodian]: [Hex, Hex[], bigint[], Hex]) =>
      isId(id) &&
      positions.length > 0 &&
      positions.length <= 200 &&
      positions.length === amounts.length &&
      new Set(positions).size === positions.length &&
      positions.every(isId) &&
      amounts.every(isPaid) &&
      isSignature(custodian),
  },
  identityRegistry: {
    register: (
      [wallet, id, kind, tier, rate, expiresAt]: [Address, Hex, number, number, number, bigint],
      d,
    ) =>
      isHolder(wallet, d) &&
      isId(id) &&
      kind > 0 &&
      kind < identityKinds.length &&
      tier <= 3 &&
      isRateClass(rate) &&
      isTime(expiresAt),
    setStatus: ([wallet, status, expiresAt]: [Address, number, bigint], d) =>
      isHolder(wallet, d) && status > 0 && status < identityStatuses.length && isTime(expiresAt),
    scheduleRateClass: ([wallet, rate]: [Address, number], d) => isHolder(wallet, d) && isRateClass(rate),
  },
  staking: {
    claimFor: ([wallet, operator]: [Address, number], d) => isHolder(wallet, d) && isOperator(operator),
  },
  payoutSplitter: {
    sweep: () => true,
    payOperatorFee: ([operator]: [number]) => isOperator(operator),
  },
  taxVault: {
    remit: ([level, to, micros, id]: [number, Address, bigint, Hex], d) =>
      isLevel(level) && isHolder(to, d) && isPaid(micros) && isId(id),
    releaseToPayer: ([level, to, micros, id]: [number, Address, bigint, Hex], d) =>
      isLevel(level) && isHolder(to, d) && isPaid(micros) && isId(id),
  },
  validatorRegistry: {
    approve: ([controller, owner, , until]: [Address, Hex, boolean, number], d) =>
      isHolder(controller, d) && isId(owner) && isTime(BigInt(until)),
    certify: ([operator, , until]: [number, boolean, number]) => isSeat(operator) && isTime(BigInt(until)),
    revoke: ([operator, order]: [number, Hex]) => isSeat(operator) && isId(order),
    reinstate: ([operator]: [number]) => isSeat(operator),
  },
  epochManager: {
    propose: ([micros, batch]: [bigint, { entriesSeal: Hex; canarySeal: Hex }]) =>
      micros >= 0n && micros <= largestCallMicros && isId(batch.entriesSeal) && isId(batch.canarySeal),
    finalize: ([number, signers, signatures, salt]: [bigint, bigint, Hex[], Hex]) =>
      number > 0n &&
      signers > 0n &&
      signers < 1n << 128n &&
      isId(salt) &&
      signatures.length > 0 &&
      signatures.length <= 127 &&
      new Set(signatures).size === signatures.length &&
      signatures.every(isSignature),
    openCanary: ([salt]: [Hex]) => isId(salt),
    payCanaryReward: ([operator]: [number]) => isOperator(operator),
  },
};

export function isInRange(
  deployment: Deployment,
  call: { contract: ContractName; functionName: string; args: readonly unknown[] },
): boolean {
  const own = rows[call.contract];
  if (!own || !Object.hasOwn(own, call.functionName)) return false;
  return own[call.functionName]?.(call.args, deployment) ?? false;
}
