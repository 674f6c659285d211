// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the bank holds in custody, receipted and valued by keys it does not own
/// @notice All values in token units (1e-6 of a dollar).
interface IReserveRegistry {
    struct Position {
        bytes32 positionId;
        /// 0 cash, 1 bond, 2 ETF, 3 gold, 4 BTC, 5 ETH, 6 utility token, 7 real estate, 8 vehicle, 9 personal property, 10 trust interest
        uint8 class;
        uint128 marketValue;
        uint128 lendableValue;
        bytes32 receiptHash;
        uint64 asOf;
        uint64 expiresAt;
    }

    struct PositionState {
        uint8 class;
        uint128 marketValue;
        uint128 lendableValue;
        /// tokens outstanding against it
        uint128 issued;
        uint64 recordedAt;
        uint64 expiresAt;
    }

    /// Periodic statement by the valuer over everything in custody.
    struct Attestation {
        uint128 marketTotal;
        uint128 lendableTotal;
        bytes32 positionsRoot;
        uint64 asOf;
    }

    event PositionRecorded(
        bytes32 indexed positionId,
        uint8 indexed class,
        uint128 marketValue,
        uint128 lendableValue,
        bytes32 receiptHash,
        address custodian,
        address valuer
    );
    event PositionConsumed(bytes32 indexed positionId, uint256 amount, uint256 issued);
    event PositionReleased(bytes32 indexed positionId, bytes32 indexed releaseId, uint256 amount);
    event ReserveAttested(
        uint128 marketTotal, uint128 lendableTotal, bytes32 positionsRoot, uint64 asOf, address valuer
    );
    event MaxAgeSet(uint64 maxAge);

    error UnknownPosition(bytes32 positionId);
    error PositionExists(bytes32 positionId);
    error PositionExpired(bytes32 positionId);
    error PositionTooSmall(bytes32 positionId, uint256 left, uint256 wanted);
    error LendableAboveMarket(uint128 lendableValue, uint128 marketValue);
    error WrongSigner(address signer);
    error SameSigner();
    error StaleAttestation(uint64 asOf, uint64 maxAge);
    error AttestationFromTheFuture(uint64 asOf);
    error AttestationNotNewer(uint64 asOf, uint64 last);
    error AttestationMismatch(uint256 attested, uint256 recorded);
    error WouldUnback(uint256 supply, uint256 lendable);
    error ReleaseUsed(bytes32 releaseId);
    error OnlyToken();
    error LengthMismatch();
    error UnknownClass(uint8 class);
    error ZeroId();
    error ZeroAmount();

    /// Anyone may submit; the two signatures decide (custodian over the receipt, valuer over the value).
    function record(Position calldata p, bytes calldata custodianSignature, bytes calldata valuerSignature) external;
    /// restricted: issuer; custodian signs Release(releaseId, positionIds, amounts); refused when supply would exceed lendable
    /// value. What was issued against a position counts as released first.
    function release(
        bytes32 releaseId,
        bytes32[] calldata positionIds,
        uint128[] calldata amounts,
        bytes calldata custodianSignature
    ) external;
    /// Anyone may submit; the valuer's signature decides; totals must equal what is recorded.
    function attest(Attestation calldata a, bytes calldata valuerSignature) external;
    /// only StateToken, inside mint
    function consume(bytes32 positionId, uint256 amount, uint256 supplyAfter) external;
    /// restricted: timelock
    function setMaxAge(uint64 maxAge) external;

    function position(bytes32 positionId) external view returns (PositionState memory);
    function marketTotal() external view returns (uint256);
    function lendableTotal() external view returns (uint256);
    function lastAttestation() external view returns (Attestation memory);
    function maxAge() external view returns (uint64);
    function isStale() external view returns (bool);
}
