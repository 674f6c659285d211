import type { Address, Hex } from "viem";

/** What outside keys sign (EIP-712). The contracts' type strings are the same, word for word. */
interface Place {
  chainId: number;
  verifyingContract: Address;
}

/** The fields that a custody receipt and a valuation share; the differing type name keeps them apart. */
export interface PositionMessage {
  positionId: Hex;
  class: number;
  marketValue: bigint;
  lendableValue: bigint;
  receiptHash: Hex;
  asOf: bigint;
  expiresAt: bigint;
}

interface AttestationMessage {
  marketTotal: bigint;
  lendableTotal: bigint;
  positionsRoot: Hex;
  asOf: bigint;
}

interface ReleaseMessage {
  releaseId: Hex;
  positionIds: readonly Hex[];
  amounts: readonly bigint[];
}

interface EpochMessage {
  number: bigint;
  collected: bigint;
  distributed: bigint;
  carried: bigint;
  supply: bigint;
  marketValue: bigint;
  lendableValue: bigint;
  dataDigest: Hex;
  booksRoot: Hex;
  entriesRoot: Hex;
  liabilitiesRoot: Hex;
  liabilities: bigint;
  entriesSeal: Hex;
  previousDigest: Hex;
  parentBlockHash: Hex;
  proposedAt: bigint;
  proposedBlock: bigint;
}

const positionFields = [
  { name: "positionId", type: "bytes32" },
  { name: "class", type: "uint8" },
  { name: "marketValue", type: "uint128" },
  { name: "lendableValue", type: "uint128" },
  { name: "receiptHash", type: "bytes32" },
  { name: "asOf", type: "uint64" },
  { name: "expiresAt", type: "uint64" },
] as const;

const reserveDomain = ({ chainId, verifyingContract }: Place) =>
  ({ name: "Granary ReserveRegistry", version: "1", chainId, verifyingContract }) as const;

const epochDomain = ({ chainId, verifyingContract }: Place) =>
  ({ name: "Granary EpochManager", version: "1", chainId, verifyingContract }) as const;

export const custodyReceiptTypedData = ({ position, ...place }: Place & { position: PositionMessage }) => ({
  domain: reserveDomain(place),
  types: { CustodyReceipt: positionFields },
  primaryType: "CustodyReceipt" as const,
  message: position,
});

export const valuationTypedData = ({ position, ...place }: Place & { position: PositionMessage }) => ({
  domain: reserveDomain(place),
  types: { Valuation: positionFields },
  primaryType: "Valuation" as const,
  message: position,
});

const attestationTypes = {
  Attestation: [
    { name: "marketTotal", type: "uint128" },
    { name: "lendableTotal", type: "uint128" },
    { name: "positionsRoot", type: "bytes32" },
    { name: "asOf", type: "uint64" },
  ],
} as const;

export const attestationTypedData = ({
  attestation,
  ...place
}: Place & { attestation: AttestationMessage }) => ({
  domain: reserveDomain(place),
  types: attestationTypes,
  primaryType: "Attestation" as const,
  message: attestation,
});

const releaseTypes = {
  Release: [
    { name: "releaseId", type: "bytes32" },
    { name: "positionIds", type: "bytes32[]" },
    { name: "amounts", type: "uint128[]" },
  ],
} as const;

export const releaseTypedData = ({ release, ...place }: Place & { release: ReleaseMessage }) => ({
  domain: reserveDomain(place),
  types: releaseTypes,
  primaryType: "Release" as const,
  message: release,
});

const epochTypes = {
  Epoch: [
    { name: "number", type: "uint64" },
    { name: "collected", type: "uint256" },
    { name: "distributed", type: "uint256" },
    { name: "carried", type: "uint256" },
    { name: "supply", type: "uint256" },
    { name: "marketValue", type: "uint256" },
    { name: "lendableValue", type: "uint256" },
    { name: "dataDigest", type: "bytes32" },
    { name: "booksRoot", type: "bytes32" },
    { name: "entriesRoot", type: "bytes32" },
    { name: "liabilitiesRoot", type: "bytes32" },
    { name: "liabilities", type: "uint256" },
    { name: "entriesSeal", type: "bytes32" },
    { name: "previousDigest", type: "bytes32" },
    { name: "parentBlockHash", type: "bytes32" },
    { name: "proposedAt", type: "uint64" },
    { name: "proposedBlock", type: "uint64" },
  ],
} as const;

export const epochTypedData = ({ epoch, ...place }: Place & { epoch: EpochMessage }) => ({
  domain: epochDomain(place),
  types: epochTypes,
  primaryType: "Epoch" as const,
  message: epoch,
});
