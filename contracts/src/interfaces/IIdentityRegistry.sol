// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who a wallet belongs to, as far as the chain may know
/// @notice No personal data and no county: ids are salted, one per wallet; rate classes are shared by many people.
interface IIdentityRegistry {
    enum Kind {
        None,
        Person,
        Organisation,
        PassThrough,
        Venue,
        StateBody
    }

    /// RefreshNeeded serves hold and expiry alike, so that nothing tips off.
    enum Status {
        None,
        Verified,
        RefreshNeeded,
        Frozen,
        Closed
    }

    struct Identity {
        bytes32 id;
        Kind kind;
        Status status;
        uint8 tier;
        /// federal, state and local withholding packed as three bytes of half percentage points: 0xFFSSLL
        uint24 rateClass;
        /// applies to rewards accrued from nextRateClassEpoch on; 0 epoch = no change scheduled
        uint24 nextRateClass;
        uint64 nextRateClassEpoch;
        uint64 expiresAt;
    }

    event IdentitySet(
        address indexed wallet,
        bytes32 indexed id,
        Kind kind,
        Status status,
        uint8 tier,
        uint24 rateClass,
        uint64 expiresAt
    );
    event StatusSet(address indexed wallet, bytes32 indexed id, Status status, uint64 expiresAt);
    event RateClassScheduled(address indexed wallet, bytes32 indexed id, uint24 rateClass, uint64 fromEpoch);
    event RateClassSettled(address indexed wallet, bytes32 indexed id, uint24 rateClass);
    event FrozenUnderOrder(address indexed wallet, bytes32 indexed orderHash);
    event UnfrozenUnderOrder(address indexed wallet, bytes32 indexed orderHash);
    event RuleVersionSet(uint32 ruleVersion);

    error ZeroWallet();
    error ZeroId();
    error IdTaken(bytes32 id);
    error WalletTaken(address wallet);
    error UnknownWallet(address wallet);
    error ExpiryInThePast(uint64 expiresAt);
    error RateClassTooHigh(uint24 rateClass);
    error RateChangePending(address wallet);
    error BadKind();
    error BadStatus(Status status);
    error OnlyStaking();

    /// restricted: registrar; expiresAt 0 = never, for venues and state bodies only
    function register(address wallet, bytes32 id, Kind kind, uint8 tier, uint24 rateClass, uint64 expiresAt) external;
    /// restricted: registrar; neither sets nor lifts Frozen
    function setStatus(address wallet, Status status, uint64 expiresAt) external;
    /// restricted: enforcer, under a served order
    function freeze(address wallet, bytes32 orderHash) external;
    /// restricted: enforcer; the wallet comes back as RefreshNeeded
    function unfreeze(address wallet, bytes32 orderHash) external;
    /// restricted: registrar; takes effect at the next epoch; refused while an earlier change is not settled
    function scheduleRateClass(address wallet, uint24 rateClass) external;
    /// only Staking: folds a scheduled class that has been settled into the current one
    function settleRateClass(address wallet) external;
    /// restricted: timelock
    function setRuleVersion(uint32 ruleVersion) external;

    function identityOf(address wallet) external view returns (Identity memory);
    /// verified, not expired, not frozen: may hold, receive and send
    function isVerified(address wallet) external view returns (bool);
    /// known and not frozen: may receive its own stake and rewards and redeem, expired or closed too
    function mayExit(address wallet) external view returns (bool);
    /// the class for rewards before `fromEpoch` and the one from there on; `fromEpoch` 0 = no change scheduled
    function rateClassesOf(address wallet) external view returns (uint24 rateClass, uint24 next, uint64 fromEpoch);
    function ruleVersion() external view returns (uint32);
}
