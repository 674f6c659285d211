// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessManagedUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {Collateral} from "./libraries/Collateral.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Reserves, position by position
/// @notice The receipt and the valuation have the same fields and different type names, so that no signature can serve
/// for both. Neither signer may be an issuer, and one key cannot be both.
contract ReserveRegistry is AccessManagedUpgradeable, EIP712Upgradeable, UUPSUpgradeable, IReserveRegistry {
    using SafeCast for uint256;

    bytes32 private constant CUSTODY_RECEIPT = keccak256(
        "CustodyReceipt(bytes32 positionId,uint8 class,uint128 marketValue,uint128 lendableValue,bytes32 receiptHash,uint64 asOf,uint64 expiresAt)"
    );
    bytes32 private constant VALUATION = keccak256(
        "Valuation(bytes32 positionId,uint8 class,uint128 marketValue,uint128 lendableValue,bytes32 receiptHash,uint64 asOf,uint64 expiresAt)"
    );
    bytes32 private constant ATTESTATION =
        keccak256("Attestation(uint128 marketTotal,uint128 lendableTotal,bytes32 positionsRoot,uint64 asOf)");
    bytes32 private constant RELEASE = keccak256("Release(bytes32 releaseId,bytes32[] positionIds,uint128[] amounts)");
    uint8 private constant LAST_CLASS = 10;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IERC20 private immutable TOKEN;

    uint256 public marketTotal;
    uint256 public lendableTotal;
    uint64 public maxAge;
    Attestation private _lastAttestation;
    mapping(bytes32 positionId => PositionState) private _positions;
    mapping(bytes32 releaseId => bool) private _released;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IERC20 token) {
        TOKEN = token;
        _disableInitializers();
    }

    function initialize(address authority, uint64 firstMaxAge) external initializer {
        __AccessManaged_init(authority);
        __EIP712_init("Granary ReserveRegistry", "1");
        _setMaxAge(firstMaxAge);
    }

    // ---- what comes in

    function record(Position calldata p, bytes calldata custodianSignature, bytes calldata valuerSignature) external {
        if (p.positionId == 0) revert ZeroId();
        if (p.marketValue == 0) revert ZeroAmount();
        if (p.class > LAST_CLASS) revert UnknownClass(p.class);
        if (p.lendableValue > p.marketValue) revert LendableAboveMarket(p.lendableValue, p.marketValue);
        if (_positions[p.positionId].recordedAt != 0) revert PositionExists(p.positionId);
        if (p.expiresAt <= block.timestamp) revert PositionExpired(p.positionId);
        _requireFresh(p.asOf);
        address custodian = _signer(keccak256(abi.encode(CUSTODY_RECEIPT, p)), custodianSignature, Roles.CUSTODIAN);
        address valuer = _signer(keccak256(abi.encode(VALUATION, p)), valuerSignature, Roles.VALUER);
        if (custodian == valuer) revert SameSigner();

        _positions[p.positionId] = PositionState({
            class: p.class,
            marketValue: p.marketValue,
            lendableValue: p.lendableValue,
            issued: 0,
            recordedAt: uint64(block.timestamp),
            expiresAt: p.expiresAt
        });
        marketTotal += p.marketValue;
        lendableTotal += p.lendableValue;
        emit PositionRecorded(p.positionId, p.class, p.marketValue, p.lendableValue, p.receiptHash, custodian, valuer);
    }

    function attest(Attestation calldata a, bytes calldata valuerSignature) external {
        if (a.asOf <= _lastAttestation.asOf) revert AttestationNotNewer(a.asOf, _lastAttestation.asOf);
        _requireFresh(a.asOf);
        if (a.marketTotal != marketTotal) revert AttestationMismatch(a.marketTotal, marketTotal);
        if (a.lendableTotal != lendableTotal) revert AttestationMismatch(a.lendableTotal, lendableTotal);
        address valuer = _signer(keccak256(abi.encode(ATTESTATION, a)), valuerSignature, Roles.VALUER);
        _lastAttestation = a;
        emit ReserveAttested(a.marketTotal, a.lendableTotal, a.positionsRoot, a.asOf, valuer);
    }

    function consume(bytes32 positionId, uint256 amount, uint256 supplyAfter) external {
        if (msg.sender != address(TOKEN)) revert OnlyToken();
        if (isStale()) revert StaleAttestation(_lastAttestation.asOf, maxAge);
        PositionState storage found = _position(positionId);
        if (found.expiresAt <= block.timestamp) revert PositionExpired(positionId);
        uint256 left = found.lendableValue - found.issued;
        if (amount > left) revert PositionTooSmall(positionId, left, amount);
        if (supplyAfter > lendableTotal) revert WouldUnback(supplyAfter, lendableTotal);
        found.issued += amount.toUint128();
        emit PositionConsumed(positionId, amount, found.issued);
    }

    // ---- what goes out

    function release(
        bytes32 releaseId,
        bytes32[] calldata positionIds,
        uint128[] calldata amounts,
        bytes calldata custodianSignature
    ) external restricted {
        if (releaseId == 0) revert ZeroId();
        if (_released[releaseId]) revert ReleaseUsed(releaseId);
        if (positionIds.length != amounts.length) revert LengthMismatch();
        bytes32 structHash = keccak256(
            abi.encode(
                RELEASE, releaseId, keccak256(abi.encodePacked(positionIds)), keccak256(abi.encodePacked(amounts))
            )
        );
        _signer(structHash, custodianSignature, Roles.CUSTODIAN);
        _released[releaseId] = true;

        uint256 marketGone;
        uint256 lendableGone;
        for (uint256 i; i < positionIds.length; ++i) {
            marketGone += _release(releaseId, positionIds[i], amounts[i]);
            lendableGone += amounts[i];
        }
        marketTotal -= marketGone;
        lendableTotal -= lendableGone;
        uint256 supply = TOKEN.totalSupply();
        if (supply > lendableTotal) revert WouldUnback(supply, lendableTotal);
    }

    function setMaxAge(uint64 newMaxAge) external restricted {
        _setMaxAge(newMaxAge);
    }

    // ---- reads

    function position(bytes32 positionId) external view returns (PositionState memory) {
        return _positions[positionId];
    }

    function lastAttestation() external view returns (Attestation memory) {
        return _lastAttestation;
    }

    function isStale() public view returns (bool) {
        return uint256(_lastAttestation.asOf) + maxAge < block.timestamp;
    }

    // ---- inside

    function _release(bytes32 releaseId, bytes32 positionId, uint128 amount) private returns (uint128 marketGone) {
        if (amount == 0) revert ZeroAmount();
        PositionState storage found = _position(positionId);
        if (amount > found.lendableValue) revert PositionTooSmall(positionId, found.lendableValue, amount);
        marketGone = uint128(Collateral.marketGone(found.marketValue, found.lendableValue, amount));
        found.marketValue -= marketGone;
        found.lendableValue -= amount;
        found.issued = amount < found.issued ? found.issued - amount : 0;
        emit PositionReleased(positionId, releaseId, amount);
    }

    function _position(bytes32 positionId) private view returns (PositionState storage found) {
        found = _positions[positionId];
        if (found.recordedAt == 0) revert UnknownPosition(positionId);
    }

    function _signer(bytes32 structHash, bytes calldata signature, uint64 role) private view returns (address signer) {
        signer = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        IAccessManager manager = IAccessManager(authority());
        (bool holds,) = manager.hasRole(role, signer);
        (bool issues,) = manager.hasRole(Roles.ISSUER, signer);
        if (!holds || issues) revert WrongSigner(signer);
    }

    function _requireFresh(uint64 asOf) private view {
        if (asOf > block.timestamp) revert AttestationFromTheFuture(asOf);
        if (uint256(asOf) + maxAge < block.timestamp) revert StaleAttestation(asOf, maxAge);
    }

    function _setMaxAge(uint64 newMaxAge) private {
        maxAge = newMaxAge;
        emit MaxAgeSet(newMaxAge);
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
