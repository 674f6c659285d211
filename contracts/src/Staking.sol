// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IPayoutSplitter} from "./interfaces/IPayoutSplitter.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {RewardIndex} from "./libraries/RewardIndex.sol";
import {StakeShares} from "./libraries/StakeShares.sol";

/// @title Stake, by operator
/// @notice Principal lies here, rewards lie in the PayoutSplitter. Every call costs the same for ten stakers or ten million.
///
/// Shares. A stake is a number of shares of its operator's assets. Rewards never enter the assets, so the rate assets/shares
/// starts at one and only a slash lowers it: donations cannot inflate it and a stake never rounds to zero shares.
///
/// Rewards. `base` (gross less operator fee) and `fee` are two indices per share, scaled by 1e18. What a final epoch
/// brings drips into them over the next epoch. Shares earn from the epoch after they were staked: at the epoch's mark all of
/// an operator's shares become earning, and each position takes the index of that mark as its start.
/// Rounding: what leaves the drip rounds up, what a position may claim rounds down. So claims cannot exceed what was funded.
///
/// A position's claim = active shares x index - debt. Debt is signed: leaving shares turn what they earned into credit.
///
/// Rate classes. A wallet's change of class is split at the mark of its epoch. The first touch after that mark pays
/// everything out, in two slices, before anything else happens; so no position ever mixes two classes.
///
/// Slashing. Bond first; then assets and unbonding in equal proportion. Unbonding is settled request by request: a request
/// bears the slashes that fell between its making and its maturity, and none later.
contract Staking is AccessManaged, IStaking {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using SafeCast for int256;

    uint256 private constant MAX_OPERATOR_ID = 127;
    uint256 private constant MAX_COMMISSION_BPS = 3_000;
    uint256 private constant MAX_OPEN_REQUESTS = 32;

    struct Operator {
        // reward per share, as of syncedAt
        uint104 base;
        uint104 fee;
        uint48 syncedAt;
        // still to drip, in token units
        uint56 dripBase;
        uint56 dripFee;
        uint40 dripEndsAt;
        // requested and not withdrawn, before slashes
        uint64 unbonding;
        uint8 slashes;
        uint32 requests;
        // staked
        uint80 assets;
        uint88 shares;
        uint88 earning;
        address payoutWallet;
        uint16 commissionBps;
        bool open;
        uint256 bond;
    }

    struct Index {
        uint128 base;
        uint128 fee;
    }

    struct Position {
        uint88 active;
        uint88 pending;
        // in the debts' slot (int96 first, or it would move up): the first stake pays for it, not the first claim or exit
        int96 debtBase;
        int96 debtFee;
        uint64 earnsFrom;
    }

    struct Wallet {
        /// bit n: has a position with operator n
        uint128 operators;
        uint48 firstRequest;
        uint48 nextRequest;
        uint32 rateChangeAt;
    }

    struct Request {
        /// operator id << 32 | number of the request at that operator
        uint64 requestId;
        uint64 amount;
        uint40 withdrawableAt;
        /// slashes that had happened before
        uint8 slashes;
    }

    struct Slash {
        uint48 fellAt;
        uint96 part;
        uint96 whole;
        address to;
    }

    IERC20 private immutable TOKEN;
    IIdentityRegistry private immutable IDENTITIES;
    IPayoutSplitter private immutable SPLITTER;
    address private immutable EPOCH_MANAGER;
    uint64 private immutable DRIP_SECONDS;
    uint64 public immutable unbondingSeconds;

    uint64 public currentEpoch = 1;
    uint256 private _slashedHeld;
    uint32[] private _operatorIds;
    mapping(uint32 operatorId => Operator) private _operators;
    mapping(uint32 operatorId => mapping(uint64 epoch => Index)) private _marks;
    mapping(uint32 operatorId => Slash[]) private _slashes;
    mapping(address wallet => Wallet) private _wallets;
    mapping(address wallet => mapping(uint32 operatorId => Position)) private _positions;
    mapping(address wallet => mapping(uint48 serial => Request)) private _requests;
    mapping(address to => uint256) private _slashedFor;

    constructor(
        address authority,
        IERC20 token,
        IIdentityRegistry identities,
        IPayoutSplitter splitter,
        address epochManager,
        uint64 dripSeconds,
        uint64 unbondingTime
    ) AccessManaged(authority) {
        TOKEN = token;
        IDENTITIES = identities;
        SPLITTER = splitter;
        EPOCH_MANAGER = epochManager;
        DRIP_SECONDS = dripSeconds;
        unbondingSeconds = unbondingTime;
    }

    // ---- stake and leave

    function stake(uint32 operatorId, uint256 amount) external {
        _stake(operatorId, amount);
    }

    /// A permit that somebody else has already submitted has done its work.
    function stakeWithPermit(uint32 operatorId, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _stake(operatorId, amount);
    }

    /// Pending shares leave first: they do not earn yet.
    function requestUnbond(uint32 operatorId, uint256 amount) external returns (uint256 requestId) {
        if (amount == 0) revert ZeroAmount();
        Operator storage operator = _operators[operatorId];
        Wallet storage wallet = _wallets[msg.sender];
        _settleRateChange(msg.sender, wallet);
        (Position memory position,) = _activated(_positions[msg.sender][operatorId], operatorId);

        uint256 held = uint256(position.active) + position.pending;
        uint256 leaving = _sold(operator, amount, held);
        uint256 fromPending = Math.min(leaving, position.pending);
        uint256 fromActive = leaving - fromPending;
        if (fromActive > 0) {
            _sync(operator);
            position.debtBase -= _earned(fromActive, operator.base);
            position.debtFee -= _earned(fromActive, operator.fee);
            position.active -= uint88(fromActive);
        }
        position.pending -= uint88(fromPending);
        _positions[msg.sender][operatorId] = position;
        _leave(operator, amount, leaving, fromActive);
        return _open(wallet, operator, operatorId, amount);
    }

    /// Passes pause and expiry; a slash within the waiting time is taken off here.
    function withdraw(uint256 requestId) external {
        Wallet storage wallet = _wallets[msg.sender];
        (uint48 serial, Request memory request) = _find(wallet, requestId);
        if (block.timestamp < request.withdrawableAt) revert NotYetWithdrawable(request.withdrawableAt);
        delete _requests[msg.sender][serial];
        if (serial == wallet.firstRequest) {
            do {
                ++serial;
            } while (serial < wallet.nextRequest && _requests[msg.sender][serial].amount == 0);
            wallet.firstRequest = serial;
        }
        uint32 operatorId = uint32(request.requestId >> 32);
        Operator storage operator = _operators[operatorId];
        operator.unbonding -= request.amount;
        uint256 left = request.amount;
        if (operator.slashes > request.slashes) left = _takeSlashes(request, operatorId);
        TOKEN.safeTransfer(msg.sender, left);
        emit Withdrawn(msg.sender, operatorId, requestId, left);
    }

    // ---- rewards

    function claim(uint32 operatorId) external {
        _claim(msg.sender, operatorId);
    }

    function claimFor(address wallet, uint32 operatorId) external {
        _claim(wallet, operatorId);
    }

    /// For every operator: index up to now, mark, all shares earning. Then what was funded starts to drip.
    function onEpochFinal(uint64 epoch, uint32[] calldata operatorIds_, uint256[] calldata gross) external {
        if (msg.sender != EPOCH_MANAGER) revert OnlyEpochManager();
        if (epoch != currentEpoch) revert WrongEpoch(epoch, currentEpoch);
        if (operatorIds_.length != gross.length) revert LengthMismatch();
        uint64 next = epoch + 1;
        uint40 endsAt = uint40(block.timestamp + DRIP_SECONDS);
        currentEpoch = next;
        uint256 count = _operatorIds.length;
        for (uint256 i; i < count; ++i) {
            uint32 id = _operatorIds[i];
            Operator storage operator = _operators[id];
            _sync(operator);
            operator.dripEndsAt = endsAt;
            operator.earning = operator.shares;
            _marks[id][next] = Index(operator.base, operator.fee);
        }
        for (uint256 i; i < gross.length; ++i) {
            if (gross[i] == 0) continue;
            Operator storage operator = _known(operatorIds_[i]);
            uint256 fee = RewardIndex.feeOf(gross[i], operator.commissionBps);
            operator.dripBase = (operator.dripBase + gross[i] - fee).toUint56();
            operator.dripFee = (operator.dripFee + fee).toUint56();
            emit RewardDistributed(operatorIds_[i], epoch, gross[i], fee, endsAt);
        }
    }

    function noteRateChange(address account, uint64 epoch) external returns (bool) {
        if (msg.sender != address(IDENTITIES)) revert OnlyIdentityRegistry();
        Wallet storage wallet = _wallets[account];
        if (wallet.operators == 0) return false;
        wallet.rateChangeAt = uint32(epoch);
        return true;
    }

    // ---- operators

    function setOperator(uint32 operatorId, address payoutWallet, uint16 commissionBps, bool open) external restricted {
        if (operatorId == 0 || operatorId > MAX_OPERATOR_ID || payoutWallet == address(0)) {
            revert BadOperator(operatorId);
        }
        if (commissionBps > MAX_COMMISSION_BPS) revert CommissionTooHigh(commissionBps);
        Operator storage operator = _operators[operatorId];
        if (operator.payoutWallet == address(0)) {
            _operatorIds.push(operatorId);
            operator.syncedAt = uint48(block.timestamp);
        }
        operator.payoutWallet = payoutWallet;
        operator.commissionBps = commissionBps;
        operator.open = open;
        emit OperatorSet(operatorId, payoutWallet, commissionBps, open);
    }

    function postBond(uint32 operatorId, uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        _known(operatorId).bond += amount;
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        emit BondPosted(operatorId, msg.sender, amount);
    }

    function returnBond(uint32 operatorId, uint256 amount, address to) external restricted {
        Operator storage operator = _known(operatorId);
        if (amount > operator.bond) revert BondTooSmall(operator.bond, amount);
        operator.bond -= amount;
        TOKEN.safeTransfer(to, amount);
        emit BondReturned(operatorId, to, amount);
    }

    function slash(uint32 operatorId, uint256 amount, bytes32 reason, address to) external restricted {
        if (amount == 0) revert ZeroAmount();
        Operator storage operator = _known(operatorId);
        uint256 fromBond = Math.min(amount, operator.bond);
        operator.bond -= fromBond;

        uint256 assets = operator.assets;
        uint256 whole = assets + operator.unbonding;
        uint256 part = Math.min(amount - fromBond, whole);
        uint256 fromStake;
        if (part > 0 && assets > 0) {
            part = Math.min(part, StakeShares.slashable(assets, operator.shares, whole));
            fromStake = StakeShares.cut(assets, part, whole);
            operator.assets = uint80(assets - fromStake);
        }
        if (fromBond + part == 0) revert SlashTooLarge();
        if (part > 0) {
            if (operator.slashes == type(uint8).max) revert SlashTooLarge();
            ++operator.slashes;
            _slashes[operatorId].push(Slash(uint48(block.timestamp), uint96(part), uint96(whole), to));
        }
        _slashedFor[to] += fromBond + fromStake;
        _slashedHeld += fromBond + fromStake;
        emit Slashed(operatorId, fromBond, fromStake, reason, to);
    }

    function collectSlashed(address to) external {
        uint256 amount = _slashedFor[to];
        if (amount == 0) revert ZeroAmount();
        _slashedFor[to] = 0;
        _slashedHeld -= amount;
        TOKEN.safeTransfer(to, amount);
        emit SlashCollected(to, amount);
    }

    // ---- reads

    function stakeOf(address wallet, uint32 operatorId) external view returns (StakeView memory view_) {
        Operator storage operator = _operators[operatorId];
        (Position memory position,) = _activated(_positions[wallet][operatorId], operatorId);
        uint256 all = _assetsOf(operator, uint256(position.active) + position.pending);
        view_.active = _assetsOf(operator, position.active);
        view_.pending = all - view_.active;
        if (view_.pending > 0) view_.earnsFromEpoch = position.earnsFrom;
        (uint256 base, uint256 fee,,) = _index(operator);
        (uint256 owedBase, uint256 owedFee) = _owed(position, base, fee);
        view_.claimableGross = owedBase + owedFee;
        view_.claimableFee = owedFee;
    }

    function unbondingOf(address account) external view returns (UnbondRequest[] memory open) {
        Wallet storage wallet = _wallets[account];
        uint256 count;
        for (uint48 serial = wallet.firstRequest; serial < wallet.nextRequest; ++serial) {
            if (_requests[account][serial].amount > 0) ++count;
        }
        open = new UnbondRequest[](count);
        uint256 i;
        for (uint48 serial = wallet.firstRequest; serial < wallet.nextRequest; ++serial) {
            Request storage request = _requests[account][serial];
            if (request.amount == 0) continue;
            open[i++] = UnbondRequest(
                request.requestId, uint32(request.requestId >> 32), request.amount, request.withdrawableAt
            );
        }
    }

    function operatorOf(uint32 operatorId) external view returns (OperatorView memory view_) {
        Operator storage operator = _operators[operatorId];
        (,, uint256 usedBase, uint256 usedFee) = _index(operator);
        view_.payoutWallet = operator.payoutWallet;
        view_.commissionBps = operator.commissionBps;
        view_.open = operator.open;
        view_.active = _assetsOf(operator, operator.earning);
        view_.pending = operator.assets - view_.active;
        view_.unbonding = operator.unbonding;
        view_.dripEndsAt = operator.dripEndsAt;
        view_.bond = operator.bond;
        if (operator.earning > 0 && block.timestamp < operator.dripEndsAt) {
            uint256 left = uint256(operator.dripBase) + operator.dripFee - usedBase - usedFee;
            view_.rewardPerSecond = left / (operator.dripEndsAt - block.timestamp);
        }
    }

    function operatorIds() external view returns (uint32[] memory) {
        return _operatorIds;
    }

    function totalStaked() external view returns (uint256 sum) {
        for (uint256 i; i < _operatorIds.length; ++i) {
            sum += _operators[_operatorIds[i]].assets;
        }
    }

    function stakeOfOperator(uint32 operatorId) external view returns (uint256) {
        return _operators[operatorId].assets;
    }

    function bondsAndWeights(uint256 count) external view returns (uint256[] memory bonds, uint256[] memory weights) {
        bonds = new uint256[](count + 1);
        weights = new uint256[](count + 1);
        for (uint32 id = 1; id <= count; ++id) {
            Operator storage operator = _operators[id];
            bonds[id] = operator.bond;
            weights[id] = operator.bond + operator.assets;
        }
    }

    function owed() external view returns (uint256 sum) {
        sum = _slashedHeld;
        for (uint256 i; i < _operatorIds.length; ++i) {
            Operator storage operator = _operators[_operatorIds[i]];
            sum += operator.assets + uint256(operator.unbonding) + operator.bond;
        }
    }

    // ---- inside: stake

    function _stake(uint32 operatorId, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        Operator storage operator = _known(operatorId);
        if (!operator.open) revert OperatorClosed(operatorId);
        Wallet storage wallet = _wallets[msg.sender];
        _settleRateChange(msg.sender, wallet);
        (Position memory position,) = _activated(_positions[msg.sender][operatorId], operatorId);

        uint256 assets = operator.assets;
        uint80 assetsAfter = (assets + amount.toUint80()).toUint80();
        uint256 shares = StakeShares.bought(amount, assets, operator.shares);
        position.pending = (position.pending + shares).toUint88();
        position.earnsFrom = currentEpoch + 1;
        _positions[msg.sender][operatorId] = position;
        uint88 sharesAfter = (operator.shares + shares).toUint88();
        operator.assets = assetsAfter;
        operator.shares = sharesAfter;
        wallet.operators |= uint128(1 << operatorId);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, operatorId, amount, position.earnsFrom);
    }

    /// With all of the worth leave all of the shares.
    function _sold(Operator storage operator, uint256 amount, uint256 held) private view returns (uint256) {
        (uint256 assets, uint256 shares) = (operator.assets, operator.shares);
        uint256 worth = StakeShares.worth(held, assets, shares);
        if (amount > worth) revert StakeTooSmall(worth, amount);
        return amount == worth ? held : StakeShares.sold(amount, assets, shares);
    }

    /// Values first, then one write: these three share a slot.
    function _leave(Operator storage operator, uint256 amount, uint256 shares, uint256 active) private {
        uint80 assets = operator.assets - uint80(amount);
        uint88 left = operator.shares - uint88(shares);
        uint88 earning = operator.earning - uint88(active);
        operator.assets = assets;
        operator.shares = left;
        operator.earning = earning;
    }

    function _open(Wallet storage wallet, Operator storage operator, uint32 operatorId, uint256 amount)
        private
        returns (uint256 requestId)
    {
        uint48 serial = wallet.nextRequest;
        if (serial - wallet.firstRequest >= MAX_OPEN_REQUESTS) revert TooManyRequests();
        wallet.nextRequest = serial + 1;
        uint64 unbonding = operator.unbonding + amount.toUint64();
        uint32 number = operator.requests + 1;
        operator.unbonding = unbonding;
        operator.requests = number;
        requestId = uint256(operatorId) << 32 | number;
        uint40 withdrawableAt = uint40(block.timestamp + unbondingSeconds);
        _requests[msg.sender][serial] = Request(uint64(requestId), uint64(amount), withdrawableAt, operator.slashes);
        emit UnbondRequested(msg.sender, operatorId, requestId, amount, withdrawableAt);
    }

    function _find(Wallet storage wallet, uint256 requestId)
        private
        view
        returns (uint48 serial, Request memory found)
    {
        for (serial = wallet.firstRequest; serial < wallet.nextRequest; ++serial) {
            found = _requests[msg.sender][serial];
            if (found.requestId == requestId && found.amount > 0) return (serial, found);
        }
        revert UnknownRequest(requestId);
    }

    function _takeSlashes(Request memory request, uint32 operatorId) private returns (uint256 left) {
        left = request.amount;
        Slash[] storage slashes = _slashes[operatorId];
        for (uint256 i = request.slashes; i < slashes.length; ++i) {
            Slash memory one = slashes[i];
            if (one.fellAt >= request.withdrawableAt) break;
            uint256 cut = StakeShares.cut(left, one.part, one.whole);
            left -= cut;
            _slashedFor[one.to] += cut;
            _slashedHeld += cut;
        }
    }

    // ---- inside: rewards

    function _claim(address account, uint32 operatorId) private {
        Operator storage operator = _operators[operatorId];
        Wallet storage wallet = _wallets[account];
        if (_settleRateChange(account, wallet)) return;
        (uint24 rateClass,,) = IDENTITIES.rateClassesOf(account);
        (uint256 base, uint256 fee,,) = _index(operator);
        IPayoutSplitter.Slice[] memory slices = new IPayoutSplitter.Slice[](1);
        slices[0] = _collect(account, operatorId, base, fee, rateClass);
        if (slices[0].gross == 0) revert NothingToClaim();
        _forgetIfEmpty(account, wallet, operatorId);
        SPLITTER.pay(account, operatorId, slices);
    }

    /// True when a change of class was due: then every position of the wallet has been paid out, split at its mark.
    function _settleRateChange(address account, Wallet storage wallet) private returns (bool) {
        uint64 changeAt = wallet.rateChangeAt;
        if (changeAt == 0 || currentEpoch < changeAt) return false;
        wallet.rateChangeAt = 0;
        (uint24 rateClass, uint24 next,) = IDENTITIES.rateClassesOf(account);
        IDENTITIES.settleRateClass(account);
        uint256 bits = wallet.operators;
        for (uint32 id = 1; id <= MAX_OPERATOR_ID; ++id) {
            if (bits >> id == 0) break;
            if (bits >> id & 1 == 1) _paySplit(account, wallet, id, changeAt, rateClass, next);
        }
        return true;
    }

    function _paySplit(
        address account,
        Wallet storage wallet,
        uint32 operatorId,
        uint64 changeAt,
        uint24 rateClass,
        uint24 next
    ) private {
        Index memory mark = _marks[operatorId][changeAt];
        (uint256 base, uint256 fee,,) = _index(_operators[operatorId]);
        IPayoutSplitter.Slice memory before = _collect(account, operatorId, mark.base, mark.fee, rateClass);
        IPayoutSplitter.Slice memory since = _collect(account, operatorId, base, fee, next);
        _forgetIfEmpty(account, wallet, operatorId);
        if (before.gross + since.gross == 0) return;
        IPayoutSplitter.Slice[] memory slices = new IPayoutSplitter.Slice[](before.gross > 0 && since.gross > 0 ? 2 : 1);
        slices[0] = before.gross > 0 ? before : since;
        if (slices.length == 2) slices[1] = since;
        SPLITTER.pay(account, operatorId, slices);
    }

    /// What a position has earned up to an index, moved to its debt.
    function _collect(address account, uint32 operatorId, uint256 base, uint256 fee, uint24 rateClass)
        private
        returns (IPayoutSplitter.Slice memory slice)
    {
        (Position memory position, bool changed) = _activated(_positions[account][operatorId], operatorId);
        (uint256 owedBase, uint256 owedFee) = _owed(position, base, fee);
        slice.rateClass = rateClass;
        if (!changed && owedBase + owedFee == 0) return slice;
        slice.gross = owedBase + owedFee;
        slice.operatorFee = owedFee;
        position.debtBase += owedBase.toInt256().toInt96();
        position.debtFee += owedFee.toInt256().toInt96();
        _positions[account][operatorId] = position;
    }

    function _forgetIfEmpty(address account, Wallet storage wallet, uint32 operatorId) private {
        Position storage position = _positions[account][operatorId];
        if (uint256(position.active) + position.pending == 0) wallet.operators &= ~uint128(1 << operatorId);
    }

    /// Pending shares whose epoch has come turn active, with the index of that epoch's mark as their start.
    function _activated(Position memory position, uint32 operatorId) private view returns (Position memory, bool) {
        if (position.pending == 0 || currentEpoch < position.earnsFrom) return (position, false);
        Index memory mark = _marks[operatorId][position.earnsFrom];
        position.debtBase += RewardIndex.debtOf(position.pending, mark.base).toInt256().toInt96();
        position.debtFee += RewardIndex.debtOf(position.pending, mark.fee).toInt256().toInt96();
        position.active += position.pending;
        position.pending = 0;
        return (position, true);
    }

    function _owed(Position memory position, uint256 base, uint256 fee) private pure returns (uint256, uint256) {
        return (
            RewardIndex.owed(position.active, base, position.debtBase),
            RewardIndex.owed(position.active, fee, position.debtFee)
        );
    }

    function _earned(uint256 shares, uint256 index) private pure returns (int96) {
        return RewardIndex.earned(shares, index).toInt256().toInt96();
    }

    function _sync(Operator storage operator) private {
        (uint256 base, uint256 fee, uint256 usedBase, uint256 usedFee) = _index(operator);
        uint56 dripBase = operator.dripBase - uint56(usedBase);
        uint56 dripFee = operator.dripFee - uint56(usedFee);
        operator.base = uint104(base);
        operator.fee = uint104(fee);
        operator.syncedAt = uint48(block.timestamp);
        operator.dripBase = dripBase;
        operator.dripFee = dripFee;
    }

    /// The indices now, and what of the drip they use up. While nobody earns, the drip waits.
    function _index(Operator storage operator)
        private
        view
        returns (uint256 base, uint256 fee, uint256 usedBase, uint256 usedFee)
    {
        base = operator.base;
        fee = operator.fee;
        uint256 from = operator.syncedAt;
        uint256 earning = operator.earning;
        if (earning == 0 || block.timestamp == from) return (base, fee, 0, 0);
        uint256 end = operator.dripEndsAt;
        uint256 dripBase = RewardIndex.dripped(operator.dripBase, from, end, block.timestamp);
        uint256 dripFee = RewardIndex.dripped(operator.dripFee, from, end, block.timestamp);
        (base, usedBase) = RewardIndex.raised(base, dripBase, earning);
        (fee, usedFee) = RewardIndex.raised(fee, dripFee, earning);
    }

    function _assetsOf(Operator storage operator, uint256 shares) private view returns (uint256) {
        return StakeShares.worth(shares, operator.assets, operator.shares);
    }

    function _known(uint32 operatorId) private view returns (Operator storage operator) {
        operator = _operators[operatorId];
        if (operator.payoutWallet == address(0)) revert UnknownOperator(operatorId);
    }
}
