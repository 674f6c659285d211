// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessManagedUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {RateClass} from "./libraries/RateClass.sol";

/// @title Identities by wallet
/// @notice A wallet keeps its id for good, and an id its wallet. What is read on every transfer lies in one slot.
contract IdentityRegistry is AccessManagedUpgradeable, UUPSUpgradeable, IIdentityRegistry {
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IStaking private immutable STAKING;

    uint32 public ruleVersion;
    mapping(address wallet => Identity) private _identities;
    mapping(bytes32 id => address) private _walletOf;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IStaking staking) {
        STAKING = staking;
        _disableInitializers();
    }

    function initialize(address authority, uint32 firstRuleVersion) external initializer {
        __AccessManaged_init(authority);
        _setRuleVersion(firstRuleVersion);
    }

    // ---- registrar

    function register(address wallet, bytes32 id, Kind kind, uint8 tier, uint24 rateClass, uint64 expiresAt)
        external
        restricted
    {
        if (wallet == address(0)) revert ZeroWallet();
        if (id == 0) revert ZeroId();
        if (kind == Kind.None) revert BadKind();
        if (_walletOf[id] != address(0)) revert IdTaken(id);
        if (_identities[wallet].kind != Kind.None) revert WalletTaken(wallet);
        _requireExpiry(kind, expiresAt);
        _requireRateClass(kind, rateClass);
        _walletOf[id] = wallet;
        _identities[wallet] = Identity({
            id: id,
            kind: kind,
            status: Status.Verified,
            tier: tier,
            rateClass: rateClass,
            nextRateClass: 0,
            nextRateClassEpoch: 0,
            expiresAt: expiresAt
        });
        emit IdentitySet(wallet, id, kind, Status.Verified, tier, rateClass, expiresAt);
    }

    function setStatus(address wallet, Status status, uint64 expiresAt) external restricted {
        Identity storage identity = _known(wallet);
        if (status == Status.None || status == Status.Frozen) revert BadStatus(status);
        if (identity.status == Status.Frozen) revert BadStatus(Status.Frozen);
        if (status == Status.Verified) _requireExpiry(identity.kind, expiresAt);
        identity.status = status;
        identity.expiresAt = expiresAt;
        emit StatusSet(wallet, identity.id, status, expiresAt);
    }

    /// A wallet without a position cannot have earned anything before the next epoch: its class changes at once.
    function scheduleRateClass(address wallet, uint24 rateClass) external restricted {
        Identity storage identity = _known(wallet);
        _requireRateClass(identity.kind, rateClass);
        if (identity.nextRateClassEpoch != 0) revert RateChangePending(wallet);
        uint64 fromEpoch = STAKING.currentEpoch() + 1;
        emit RateClassScheduled(wallet, identity.id, rateClass, fromEpoch);
        if (STAKING.noteRateChange(wallet, fromEpoch)) {
            identity.nextRateClass = rateClass;
            identity.nextRateClassEpoch = fromEpoch;
        } else {
            identity.rateClass = rateClass;
            emit RateClassSettled(wallet, identity.id, rateClass);
        }
    }

    function settleRateClass(address wallet) external {
        if (msg.sender != address(STAKING)) revert OnlyStaking();
        Identity storage identity = _identities[wallet];
        identity.rateClass = identity.nextRateClass;
        identity.nextRateClass = 0;
        identity.nextRateClassEpoch = 0;
        emit RateClassSettled(wallet, identity.id, identity.rateClass);
    }

    // ---- enforcer

    function freeze(address wallet, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert ZeroId();
        Identity storage identity = _known(wallet);
        identity.status = Status.Frozen;
        emit StatusSet(wallet, identity.id, Status.Frozen, identity.expiresAt);
        emit FrozenUnderOrder(wallet, orderHash);
    }

    function unfreeze(address wallet, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert ZeroId();
        Identity storage identity = _known(wallet);
        if (identity.status != Status.Frozen) revert BadStatus(identity.status);
        identity.status = Status.RefreshNeeded;
        emit StatusSet(wallet, identity.id, Status.RefreshNeeded, identity.expiresAt);
        emit UnfrozenUnderOrder(wallet, orderHash);
    }

    // ---- timelock

    function setRuleVersion(uint32 newRuleVersion) external restricted {
        _setRuleVersion(newRuleVersion);
    }

    // ---- reads

    function identityOf(address wallet) external view returns (Identity memory) {
        return _identities[wallet];
    }

    function isVerified(address wallet) external view returns (bool) {
        Identity storage identity = _identities[wallet];
        if (identity.status != Status.Verified) return false;
        uint64 expiresAt = identity.expiresAt;
        return expiresAt == 0 || expiresAt >= block.timestamp;
    }

    function mayExit(address wallet) external view returns (bool) {
        Status status = _identities[wallet].status;
        return status != Status.None && status != Status.Frozen;
    }

    function rateClassesOf(address wallet) external view returns (uint24 rateClass, uint24 next, uint64 fromEpoch) {
        Identity storage identity = _identities[wallet];
        return (identity.rateClass, identity.nextRateClass, identity.nextRateClassEpoch);
    }

    // ---- inside

    function _known(address wallet) private view returns (Identity storage identity) {
        identity = _identities[wallet];
        if (identity.kind == Kind.None) revert UnknownWallet(wallet);
    }

    function _requireExpiry(Kind kind, uint64 expiresAt) private view {
        if (expiresAt == 0 && (kind == Kind.Venue || kind == Kind.StateBody)) return;
        if (expiresAt <= block.timestamp) revert ExpiryInThePast(expiresAt);
    }

    /// Only people and organisations are taxed here: a pass-through's members are, each for themselves.
    function _requireRateClass(Kind kind, uint24 rateClass) private pure {
        uint256 limit = kind == Kind.Person || kind == Kind.Organisation ? RateClass.MAX_HALF_POINTS : 0;
        if (RateClass.halfPoints(rateClass) > limit) revert RateClassTooHigh(rateClass);
    }

    function _setRuleVersion(uint32 newRuleVersion) private {
        ruleVersion = newRuleVersion;
        emit RuleVersionSet(newRuleVersion);
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
