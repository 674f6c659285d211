// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessManagedUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title Operators
/// @notice The seats of an epoch are dealt when it is proposed, and nothing moves them until the next is.
///
/// Never below the minimum: whoever wants out, is jailed or lost too much of its bond keeps its seat until four operators,
/// three of them outside, remain without it; and no more than a third of the seats change at once. Only the law passes
/// that: a revoked or expired certificate ends a seat with the next epoch, and when too few are left no epoch becomes final.
/// Blocks are still made then, by the last nodes that were enough, for exits need a chain.
///
/// Sets of operators are bits of one word: bit n stands for operator n. Ids are never given twice, nor are keys.
contract ValidatorRegistry is AccessManagedUpgradeable, UUPSUpgradeable, IValidatorRegistry {
    uint256 private constant MAX_OPERATOR_ID = 127;
    uint256 private constant MAX_COMMISSION_BPS = 3_000;
    uint256 private constant BPS = 10_000;
    bytes32 private constant MISSED = "missed";
    bytes32 private constant WRONG_REVEAL = "wrong reveal";

    struct Operator {
        // what every proposal reads, in one slot
        State state;
        bool affiliated;
        uint8 strikes;
        uint8 missedInARow;
        uint40 certifiedUntil;
        uint40 bondDueAt;
        uint40 releaseAt;
        uint16 commissionBps;
        address signer;
        address node;
        address payoutWallet;
        address controller;
        bytes32 owner;
    }

    /// A new set in the making.
    struct Roll {
        uint256 seated;
        uint256 count;
        uint256 outside;
        /// changes still allowed
        uint256 left;
    }

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IStaking private immutable STAKING;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IIdentityRegistry private immutable IDENTITIES;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable EPOCH_MANAGER;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable EVIDENCE;

    Params private _params;
    uint256 private _seated;
    uint256 private _waiting;
    uint256 private _leaving;
    uint256 private _missing;
    uint256 private _changing;
    /// the last set that was enough
    uint256 private _blockMakers;
    uint64 private _epoch;
    uint8 public operatorCount;
    mapping(uint256 operatorId => Operator) private _operators;
    mapping(uint256 operatorId => Change) private _changes;
    mapping(address controller => Application) private _applications;
    mapping(address key => uint8) public operatorOfKey;
    mapping(bytes32 owner => uint8) public operatorOfOwner;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IStaking staking, IIdentityRegistry identities, address epochManager, address evidence) {
        STAKING = staking;
        IDENTITIES = identities;
        EPOCH_MANAGER = epochManager;
        EVIDENCE = evidence;
        _disableInitializers();
    }

    function initialize(address authority, Params calldata firstParams) external initializer {
        __AccessManaged_init(authority);
        _setParams(firstParams);
    }

    modifier onlyEpochManager() {
        _requireEpochManager();
        _;
    }

    // ---- operators

    /// Keys are taken at the approval, so that nobody can squat on another's.
    function applyFor(Application calldata application) external {
        if (!IDENTITIES.isVerified(msg.sender)) revert NotVerified(msg.sender);
        _check(application);
        _applications[msg.sender] = application;
        emit Applied(msg.sender, application);
    }

    function withdrawApplication() external {
        if (_applications[msg.sender].owner == 0) revert NothingApplied(msg.sender);
        delete _applications[msg.sender];
        emit ApplicationWithdrawn(msg.sender);
    }

    function activate(uint8 operatorId) external {
        Operator storage operator = _in(operatorId, State.Approved);
        if (block.timestamp < operator.releaseAt) revert TooEarly(operator.releaseAt);
        if (_isExpired(operator)) revert CertificateExpired(operatorId, operator.certifiedUntil);
        uint256 bond = STAKING.operatorOf(operatorId).bond;
        if (bond < _params.bondMinimum) revert BondTooSmall(bond, _params.bondMinimum);
        _waiting |= 1 << operatorId;
        _setState(operatorId, State.Bonded);
    }

    function exit(uint8 operatorId) external {
        Operator storage operator = _controlled(operatorId);
        State state = operator.state;
        if (state != State.Approved && state != State.Bonded && state != State.Active && state != State.Jailed) {
            revert WrongState(operatorId, state);
        }
        _waiting &= ~(1 << operatorId);
        if (_isSeated(operatorId)) _leaving |= 1 << operatorId;
        else operator.releaseAt = uint40(block.timestamp + STAKING.unbondingSeconds());
        _setState(operatorId, State.Exiting);
    }

    function withdrawBond(uint8 operatorId) external {
        Operator storage operator = _operators[operatorId];
        State state = operator.state;
        if ((state != State.Exiting && state != State.Revoked) || _isSeated(operatorId)) {
            revert WrongState(operatorId, state);
        }
        if (block.timestamp < operator.releaseAt) revert TooEarly(operator.releaseAt);
        if (state == State.Exiting) {
            delete operatorOfOwner[operator.owner];
            _setState(operatorId, State.Exited);
        }
        uint256 bond = STAKING.operatorOf(operatorId).bond;
        if (bond > 0) STAKING.returnBond(operatorId, bond, operator.payoutWallet);
    }

    function rotateKeys(uint8 operatorId, address signer, address node) external {
        _controlled(operatorId);
        Change storage change = _changes[operatorId];
        if (signer != address(0)) {
            _takeKey(signer, operatorId);
            change.signer = signer;
        }
        if (node != address(0)) {
            _takeKey(node, operatorId);
            change.node = node;
        }
        _schedule(operatorId, change);
    }

    function setTerms(uint8 operatorId, address payoutWallet, uint16 commissionBps) external {
        _controlled(operatorId);
        _checkTerms(payoutWallet, commissionBps);
        Change storage change = _changes[operatorId];
        change.payoutWallet = payoutWallet;
        change.commissionBps = commissionBps;
        change.terms = true;
        _schedule(operatorId, change);
    }

    // ---- certifier

    /// The owner is named again, so that what two people looked at is what they approve.
    function approve(address controller, bytes32 owner, bool affiliated, uint40 certifiedUntil)
        external
        restricted
        returns (uint8 operatorId)
    {
        Application memory application = _applications[controller];
        if (application.owner == 0 || application.owner != owner) revert NothingApplied(controller);
        delete _applications[controller];
        operatorId = _enter(application, controller);
        _operators[operatorId].releaseAt = uint40(block.timestamp + _params.approvalSeconds);
        _setState(operatorId, State.Approved);
        _certify(operatorId, affiliated, certifiedUntil);
        _setOpen(operatorId, false);
    }

    function certify(uint8 operatorId, bool affiliated, uint40 certifiedUntil) external restricted {
        State state = _known(operatorId).state;
        if (state == State.Exited || state == State.Revoked) revert WrongState(operatorId, state);
        _certify(operatorId, affiliated, certifiedUntil);
    }

    function revoke(uint8 operatorId, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert ZeroId();
        Operator storage operator = _known(operatorId);
        if (operator.state == State.Exited || operator.state == State.Revoked) {
            revert WrongState(operatorId, operator.state);
        }
        _waiting &= ~(1 << operatorId);
        operator.releaseAt = uint40(block.timestamp + STAKING.unbondingSeconds());
        _setState(operatorId, State.Revoked);
        _setOpen(operatorId, false);
        emit RevokedUnderOrder(operatorId, orderHash);
    }

    function reinstate(uint8 operatorId) external restricted {
        Operator storage operator = _in(operatorId, State.Jailed);
        if (_isSeated(operatorId)) revert WrongState(operatorId, State.Jailed);
        if (block.timestamp < operator.releaseAt) revert TooEarly(operator.releaseAt);
        operator.strikes = 0;
        operator.missedInARow = 0;
        _setState(operatorId, State.Approved);
    }

    // ---- timelock

    function found(Founder[] calldata founders, uint40 bondDueAt) external restricted {
        if (operatorCount != 0) revert AlreadyFounded();
        uint256 outside;
        for (uint256 i; i < founders.length; ++i) {
            Founder calldata one = founders[i];
            _check(one.application);
            uint8 id = _enter(one.application, one.controller);
            _operators[id].bondDueAt = bondDueAt;
            if (!one.affiliated) ++outside;
            _seated |= 1 << id;
            _certify(id, one.affiliated, one.certifiedUntil);
            _setState(id, State.Active);
            _setOpen(id, true);
        }
        if (!_isEnough(founders.length, outside)) revert TooFewOperators(founders.length, outside);
        _blockMakers = _seated;
        emit SeatsChanged(0, _seated);
    }

    function setParams(Params calldata newParams) external restricted {
        _setParams(newParams);
    }

    function slashUnderOrder(uint8 operatorId, uint256 amount, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert ZeroId();
        _known(operatorId);
        STAKING.slash(operatorId, amount, orderHash, _params.firstLoss);
        emit Punished(operatorId, orderHash, amount);
    }

    // ---- epochs

    function roll(uint64 epoch) external onlyEpochManager returns (Seat[] memory) {
        _epoch = epoch;
        uint256 before = _seated;
        (uint256[] memory bonds, uint256[] memory weights) = STAKING.bondsAndWeights(operatorCount);
        Roll memory next = _endByLaw(before);
        _admit(next, bonds);
        _letGo(next, bonds);
        if (_changing != 0) _makeChanges(next, epoch);
        if (next.seated != before) {
            _seated = next.seated;
            emit SeatsChanged(epoch, next.seated);
        }
        if (next.seated != _blockMakers && _isEnough(next.count, next.outside)) _blockMakers = next.seated;
        return _seatsOf(next.seated, next.count, weights);
    }

    function onEpochFinal(uint256 present, uint256 absent, uint256 wrong) external onlyEpochManager {
        uint256 missing = _missing;
        uint256 touched = absent | wrong | missing;
        if (touched == 0) return;
        for (uint8 id = 1; touched >> id != 0; ++id) {
            uint256 bit = 1 << id;
            if (missing & present & bit != 0) {
                _operators[id].missedInARow = 0;
                missing &= ~bit;
            }
            if (absent & bit != 0) missing = _miss(id, missing);
            if (wrong & bit != 0) _strike(id, WRONG_REVEAL);
        }
        _missing = missing;
    }

    function strike(uint256 operators, bytes32 reason) external onlyEpochManager {
        for (uint8 id = 1; operators >> id != 0; ++id) {
            if (operators >> id & 1 == 1) _strike(id, reason);
        }
    }

    function punish(uint8 operatorId, bool doubleSign, bytes32 reason) external {
        if (msg.sender != EVIDENCE) revert OnlyEvidence();
        uint256 whole = STAKING.operatorOf(operatorId).bond + STAKING.stakeOfOperator(operatorId);
        uint256 bps = doubleSign ? _params.doubleSignBps : _params.badEntryBps;
        _jail(operatorId);
        uint256 amount = (whole * bps + BPS - 1) / BPS;
        // where the share rate would reach zero nothing is left to take: jailed all the same. A call without gas is no such
        // case, or the guilty would prove their own guilt with too little of it.
        try STAKING.slash(operatorId, amount, reason, _params.firstLoss) {
            emit Punished(operatorId, reason, amount);
        } catch (bytes memory why) {
            if (bytes4(why) != IStaking.SlashTooLarge.selector && bytes4(why) != IStaking.ZeroAmount.selector) {
                revert NotPunished(operatorId);
            }
        }
    }

    // ---- reads

    function getValidators() external view returns (address[] memory nodes) {
        uint256 makers = _blockMakers;
        nodes = new address[](_size(makers));
        uint256 i;
        for (uint8 id = 1; makers >> id != 0; ++id) {
            if (makers >> id & 1 == 1) nodes[i++] = _operators[id].node;
        }
    }

    function seats() external view returns (Seat[] memory) {
        (, uint256[] memory weights) = STAKING.bondsAndWeights(operatorCount);
        return _seatsOf(_seated, _size(_seated), weights);
    }

    function operatorOf(uint8 operatorId) external view returns (OperatorView memory) {
        Operator storage found_ = _operators[operatorId];
        return OperatorView({
            state: found_.state,
            affiliated: found_.affiliated,
            seated: _isSeated(operatorId),
            strikes: found_.strikes,
            missedInARow: found_.missedInARow,
            certifiedUntil: found_.certifiedUntil,
            bondDueAt: found_.bondDueAt,
            releaseAt: found_.releaseAt,
            controller: found_.controller,
            signer: found_.signer,
            node: found_.node,
            payoutWallet: found_.payoutWallet,
            commissionBps: found_.commissionBps,
            owner: found_.owner
        });
    }

    function changeOf(uint8 operatorId) external view returns (Change memory) {
        return _changes[operatorId];
    }

    function applicationOf(address controller) external view returns (Application memory) {
        return _applications[controller];
    }

    function params() external view returns (Params memory) {
        return _params;
    }

    // ---- inside: seats

    function _endByLaw(uint256 seated) private returns (Roll memory next) {
        uint256 ended;
        next.seated = seated;
        for (uint8 id = 1; seated >> id != 0; ++id) {
            if (seated >> id & 1 == 0) continue;
            Operator storage operator = _operators[id];
            if (operator.state == State.Revoked || _isExpired(operator)) {
                ++ended;
                next.seated &= ~(1 << id);
                _unseat(id, operator);
            } else {
                ++next.count;
                if (!operator.affiliated) ++next.outside;
            }
        }
        uint256 allowed = (next.count + ended) / 3;
        if (allowed == 0) allowed = 1;
        next.left = allowed > ended ? allowed - ended : 0;
    }

    /// First in, then out: a newcomer may be what lets another go.
    function _admit(Roll memory next, uint256[] memory bonds) private {
        uint256 waiting = _waiting;
        if (waiting == 0) return;
        for (uint8 id = 1; waiting >> id != 0 && next.left > 0; ++id) {
            if (waiting >> id & 1 == 0) continue;
            Operator storage operator = _operators[id];
            if (_isExpired(operator) || bonds[id] < _params.bondMinimum) continue;
            _waiting &= ~(1 << id);
            next.seated |= 1 << id;
            ++next.count;
            if (!operator.affiliated) ++next.outside;
            --next.left;
            _setState(id, State.Active);
            _setOpen(id, true);
        }
    }

    function _letGo(Roll memory next, uint256[] memory bonds) private {
        uint256 leaving = _leaving;
        uint256 minimum = _params.bondMinimum;
        for (uint8 id = 1; next.seated >> id != 0 && next.left > 0 && next.count > Quorum.MIN_SEATS; ++id) {
            if (next.seated >> id & 1 == 0) continue;
            Operator storage operator = _operators[id];
            bool isShort = bonds[id] < minimum && block.timestamp > operator.bondDueAt;
            if (leaving >> id & 1 == 0 && !isShort) continue;
            if (!operator.affiliated) {
                if (next.outside == Quorum.MIN_OUTSIDE) continue;
                --next.outside;
            }
            --next.count;
            --next.left;
            next.seated &= ~(1 << id);
            _unseat(id, operator);
        }
    }

    /// New block-making keys count as changes, new signers and terms do not.
    function _makeChanges(Roll memory next, uint64 epoch) private {
        uint256 changing = _changing;
        for (uint8 id = 1; changing >> id != 0; ++id) {
            if (changing >> id & 1 == 0) continue;
            Change memory change = _changes[id];
            if (change.fromEpoch > epoch) continue;
            if (change.node != address(0) && next.seated >> id & 1 == 1) {
                if (next.left == 0) continue;
                --next.left;
            }
            changing &= ~(1 << id);
            delete _changes[id];
            Operator storage operator = _operators[id];
            if (change.signer != address(0)) operator.signer = change.signer;
            if (change.node != address(0)) operator.node = change.node;
            if (change.terms) {
                operator.payoutWallet = change.payoutWallet;
                operator.commissionBps = change.commissionBps;
                _setOpen(id, next.seated >> id & 1 == 1);
            }
            emit ChangeMade(id, epoch);
        }
        _changing = changing;
    }

    function _unseat(uint8 id, Operator storage operator) private {
        _leaving &= ~(1 << id);
        State state = operator.state;
        if (state == State.Jailed) operator.releaseAt = uint40(block.timestamp + _params.jailSeconds);
        else if (state == State.Active) _setState(id, State.Approved);
        else operator.releaseAt = uint40(block.timestamp + STAKING.unbondingSeconds());
        _setOpen(id, false);
    }

    function _seatsOf(uint256 seated, uint256 count, uint256[] memory weights)
        private
        view
        returns (Seat[] memory list)
    {
        list = new Seat[](count);
        uint256 i;
        for (uint8 id = 1; seated >> id != 0; ++id) {
            if (seated >> id & 1 == 0) continue;
            Operator storage operator = _operators[id];
            list[i++] = Seat(operator.signer, uint80(weights[id] + 1), id, operator.affiliated);
        }
    }

    // ---- inside: standing

    function _miss(uint8 id, uint256 missing) private returns (uint256) {
        uint8 missed = _operators[id].missedInARow + 1;
        if (missed < _params.missedLimit) {
            _operators[id].missedInARow = missed;
            return missing | 1 << id;
        }
        _operators[id].missedInARow = 0;
        _strike(id, MISSED);
        return missing & ~(1 << id);
    }

    function _strike(uint8 id, bytes32 reason) private {
        Operator storage operator = _operators[id];
        if (operator.strikes < type(uint8).max) ++operator.strikes;
        emit Struck(id, reason, operator.strikes);
        if (operator.strikes >= _params.strikeLimit) _jail(id);
    }

    /// Whoever is on the way out, or out, stays on that way.
    function _jail(uint8 id) private {
        Operator storage operator = _operators[id];
        State state = operator.state;
        if (state != State.Approved && state != State.Bonded && state != State.Active) return;
        _waiting &= ~(1 << id);
        if (_isSeated(id)) _leaving |= 1 << id;
        else operator.releaseAt = uint40(block.timestamp + _params.jailSeconds);
        _setState(id, State.Jailed);
    }

    // ---- inside: entering

    function _enter(Application memory application, address controller) private returns (uint8 id) {
        if (operatorCount == MAX_OPERATOR_ID) revert TooManyOperators();
        if (operatorOfOwner[application.owner] != 0) revert OwnerTaken(application.owner);
        id = ++operatorCount;
        operatorOfOwner[application.owner] = id;
        _takeKey(application.signer, id);
        _takeKey(application.node, id);
        Operator storage operator = _operators[id];
        operator.controller = controller;
        operator.owner = application.owner;
        operator.signer = application.signer;
        operator.node = application.node;
        operator.payoutWallet = application.payoutWallet;
        operator.commissionBps = application.commissionBps;
        emit Approved(id, controller, application.owner);
    }

    function _takeKey(address key, uint8 id) private {
        if (key == address(0) || operatorOfKey[key] != 0) revert KeyTaken(key);
        operatorOfKey[key] = id;
    }

    function _check(Application calldata application) private view {
        if (application.owner == 0) revert ZeroId();
        if (operatorOfOwner[application.owner] != 0) revert OwnerTaken(application.owner);
        _checkTerms(application.payoutWallet, application.commissionBps);
    }

    function _checkTerms(address payoutWallet, uint16 commissionBps) private view {
        if (!IDENTITIES.isVerified(payoutWallet)) revert NotVerified(payoutWallet);
        if (commissionBps > MAX_COMMISSION_BPS) revert CommissionTooHigh(commissionBps);
    }

    function _certify(uint8 id, bool affiliated, uint40 certifiedUntil) private {
        if (certifiedUntil <= block.timestamp) revert ExpiryInThePast(certifiedUntil);
        _operators[id].affiliated = affiliated;
        _operators[id].certifiedUntil = certifiedUntil;
        emit Certified(id, affiliated, certifiedUntil);
    }

    function _schedule(uint8 id, Change storage change) private {
        change.fromEpoch = _epoch + 1;
        _changing |= 1 << id;
        emit ChangeScheduled(id, change);
    }

    function _setOpen(uint8 id, bool open) private {
        Operator storage operator = _operators[id];
        STAKING.setOperator(id, operator.payoutWallet, operator.commissionBps, open);
    }

    function _setState(uint8 id, State state) private {
        _operators[id].state = state;
        emit StateChanged(id, state);
    }

    function _setParams(Params calldata newParams) private {
        if (
            newParams.firstLoss == address(0) || newParams.missedLimit == 0 || newParams.strikeLimit == 0
                || newParams.doubleSignBps > BPS || newParams.badEntryBps > BPS
        ) revert BadParams();
        _params = newParams;
        emit ParamsSet(newParams);
    }

    // ---- inside: reading

    function _requireEpochManager() private view {
        if (msg.sender != EPOCH_MANAGER) revert OnlyEpochManager();
    }

    function _known(uint8 id) private view returns (Operator storage operator) {
        operator = _operators[id];
        if (operator.state == State.None) revert UnknownOperator(id);
    }

    function _in(uint8 id, State state) private view returns (Operator storage operator) {
        operator = _known(id);
        if (operator.state != state) revert WrongState(id, operator.state);
    }

    function _controlled(uint8 id) private view returns (Operator storage operator) {
        operator = _operators[id];
        if (msg.sender != operator.controller) revert OnlyController(id);
    }

    function _isSeated(uint8 id) private view returns (bool) {
        return _seated >> id & 1 == 1;
    }

    function _isExpired(Operator storage operator) private view returns (bool) {
        return operator.certifiedUntil <= block.timestamp;
    }

    function _isEnough(uint256 count, uint256 outside) private pure returns (bool) {
        return count >= Quorum.MIN_SEATS && outside >= Quorum.MIN_OUTSIDE;
    }

    function _size(uint256 set) private pure returns (uint256 size) {
        for (; set != 0; set &= set - 1) {
            ++size;
        }
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
