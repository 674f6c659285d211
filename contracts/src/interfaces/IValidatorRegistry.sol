// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who may recompute the books: operators, their keys, their certificates and their standing
/// @notice Bonds lie in Staking, where they are slashed before any delegator. One beneficial owner = one operator.
/// What changes here is felt when the next epoch is proposed, never within one.
interface IValidatorRegistry {
    enum State {
        None,
        Applied,
        /// certified; without a seat until bonded
        Approved,
        /// waits for a seat
        Bonded,
        Active,
        /// keeps its seat until it can be spared, and its bond until unbonding has passed
        Exiting,
        Exited,
        Jailed,
        /// by law: loses its seat with the next epoch, whoever is left
        Revoked
    }

    struct Application {
        /// salted hash of the beneficial owner
        bytes32 owner;
        /// commits, reveals and signs epochs
        address signer;
        /// makes blocks
        address node;
        address payoutWallet;
        uint16 commissionBps;
    }

    struct Founder {
        Application application;
        address controller;
        bool affiliated;
        uint40 certifiedUntil;
    }

    struct OperatorView {
        State state;
        /// the bank's own or an affiliate's
        bool affiliated;
        bool seated;
        uint8 strikes;
        uint8 missedInARow;
        uint40 certifiedUntil;
        /// until then a founder may sit without a bond
        uint40 bondDueAt;
        /// approved: may take a seat; jailed: may be reinstated; exiting or revoked: may take its bond back
        uint40 releaseAt;
        address controller;
        address signer;
        address node;
        address payoutWallet;
        uint16 commissionBps;
        bytes32 owner;
    }

    struct Change {
        /// zero leaves as it is
        address signer;
        address node;
        address payoutWallet;
        uint16 commissionBps;
        bool terms;
        /// the first epoch it holds for; zero when nothing waits
        uint64 fromEpoch;
    }

    struct Seat {
        address signer;
        /// bond, stake delegated to it, and one unit, so that a chain without stake has a quorum
        uint80 weight;
        uint8 operatorId;
        bool ofBank;
    }

    struct Params {
        uint96 bondMinimum;
        /// between approval and the first seat: time to look at who was let in
        uint32 approvalSeconds;
        uint32 jailSeconds;
        /// epochs missed in a row for a strike
        uint8 missedLimit;
        /// strikes for jail
        uint8 strikeLimit;
        /// of bond and stake together, bond first
        uint16 doubleSignBps;
        uint16 badEntryBps;
        /// takes what is slashed
        address firstLoss;
    }

    event Applied(address indexed controller, Application application);
    event ApplicationWithdrawn(address indexed controller);
    event Approved(uint8 indexed operatorId, address indexed controller, bytes32 indexed owner);
    event Certified(uint8 indexed operatorId, bool affiliated, uint40 certifiedUntil);
    event StateChanged(uint8 indexed operatorId, State state);
    event SeatsChanged(uint64 indexed epoch, uint256 seated);
    event ChangeScheduled(uint8 indexed operatorId, Change change);
    event ChangeMade(uint8 indexed operatorId, uint64 indexed epoch);
    event Struck(uint8 indexed operatorId, bytes32 indexed reason, uint8 strikes);
    event Punished(uint8 indexed operatorId, bytes32 indexed reason, uint256 amount);
    event RevokedUnderOrder(uint8 indexed operatorId, bytes32 orderHash);
    event ParamsSet(Params params);

    error OnlyEpochManager();
    error OnlyEvidence();
    error OnlyController(uint8 operatorId);
    error UnknownOperator(uint8 operatorId);
    error WrongState(uint8 operatorId, State state);
    error OwnerTaken(bytes32 owner);
    error KeyTaken(address key);
    error ZeroId();
    error NotVerified(address wallet);
    error CommissionTooHigh(uint256 bps);
    error CertificateExpired(uint8 operatorId, uint40 certifiedUntil);
    error ExpiryInThePast(uint40 expiresAt);
    error BondTooSmall(uint256 bond, uint256 wanted);
    error TooEarly(uint40 notBefore);
    error TooFewOperators(uint256 seats, uint256 outside);
    error TooManyOperators();
    error AlreadyFounded();
    error NothingApplied(address controller);
    error BadParams();
    error NotPunished(uint8 operatorId);

    // ---- anyone verified, and the operator's controller

    function applyFor(Application calldata application) external;
    function withdrawApplication() external;
    /// anyone: takes a bonded operator up for a seat; the bond is posted at Staking
    function activate(uint8 operatorId) external;
    /// leaves as soon as it can be spared
    function exit(uint8 operatorId) external;
    /// anyone: returns the bond to the payout wallet once unbonding has passed
    function withdrawBond(uint8 operatorId) external;
    function rotateKeys(uint8 operatorId, address signer, address node) external;
    function setTerms(uint8 operatorId, address payoutWallet, uint16 commissionBps) external;

    // ---- restricted: certifier

    function approve(address controller, bytes32 owner, bool affiliated, uint40 certifiedUntil)
        external
        returns (uint8 operatorId);
    function certify(uint8 operatorId, bool affiliated, uint40 certifiedUntil) external;
    function revoke(uint8 operatorId, bytes32 orderHash) external;
    function reinstate(uint8 operatorId) external;

    // ---- restricted: timelock

    /// once, at the deployment
    function found(Founder[] calldata founders, uint40 bondDueAt) external;
    function setParams(Params calldata params) external;
    function slashUnderOrder(uint8 operatorId, uint256 amount, bytes32 orderHash) external;

    // ---- other contracts

    /// only EpochManager: who sits in the epoch now proposed
    function roll(uint64 epoch) external returns (Seat[] memory);
    /// only EpochManager; operators as bits
    function onEpochFinal(uint256 present, uint256 absent, uint256 wrong) external;
    /// only EpochManager
    function strike(uint256 operators, bytes32 reason) external;
    /// only Evidence: slashes bond first and jails
    function punish(uint8 operatorId, bool doubleSign, bytes32 reason) external;

    // ---- reads

    /// the node keys that make blocks, as Besu's QBFT contract selection asks for them
    function getValidators() external view returns (address[] memory);
    function seats() external view returns (Seat[] memory);
    function operatorOf(uint8 operatorId) external view returns (OperatorView memory);
    function changeOf(uint8 operatorId) external view returns (Change memory);
    function applicationOf(address controller) external view returns (Application memory);
    /// whose key this is or was; zero for nobody's
    function operatorOfKey(address key) external view returns (uint8);
    function operatorOfOwner(bytes32 owner) external view returns (uint8);
    function operatorCount() external view returns (uint8);
    function params() external view returns (Params memory);
}
