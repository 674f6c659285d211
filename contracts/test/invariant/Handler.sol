// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {ITaxVault} from "../../src/interfaces/ITaxVault.sol";
import {Granary} from "../utils/Granary.sol";
import {RewardModel} from "./RewardModel.sol";

/// Everything four people, the bank and its partners may do, in any order; and what a bookkeeper outside would note.
contract Handler is Granary, RewardModel {
    uint256 public minted;
    uint256 public burned;
    uint256 public released;
    uint256 public feesPaid;
    uint256 public distributed;
    uint256 public finals;
    uint256 public steps;
    uint256 public principalIn;
    uint256 public principalOut;
    mapping(address wallet => mapping(uint32 operatorId => uint256)) public grossPaid;

    address[4] public people;
    bytes32[] private _positionIds;

    /// An act that cannot be done now is given up with `assume`, so that forge counts only acts that were done.
    modifier counted() {
        ++steps;
        _;
    }

    function start() external {
        build();
        people = [alice, bob, carol, stranger];
        enrol(stranger, IIdentityRegistry.Kind.Person, 0x640000);
        vm.startPrank(stranger);
        token.approve(address(staking), type(uint256).max);
        token.approve(address(epochs), type(uint256).max);
        vm.stopPrank();
        token.setMintCap(1e18, 1e18);
        token.setForcedCap(1e18, 1e18);
        for (uint256 i; i < 4; ++i) {
            _mint(people[i], 1_000_000 * DOLLAR);
        }
        modelFrom(block.timestamp);
    }

    // ---- money in and out

    function mint(uint256 who, uint256 amount) external counted {
        address wallet = people[who % 4];
        vm.assume(!token.paused() && !epochs.isOverdue() && identities.isVerified(wallet));
        _mint(wallet, bound(amount, 1, 1_000_000 * DOLLAR));
    }

    /// More than the position lends is refused whatever the state.
    function mintTooMuch(uint256 who, uint256 amount) external counted {
        if (reserves.isStale()) attest();
        IReserveRegistry.Position memory p = cash(bound(amount, 1, 1_000_000 * DOLLAR));
        p.lendableValue = uint128(p.marketValue / 2);
        record(p);
        _positionIds.push(p.positionId);
        bytes32 id = nextId();
        vm.prank(issuer);
        try token.mint(people[who % 4], p.lendableValue + 1, p.positionId, id) {
            isTrue(false, "minted above lendable value");
        } catch {}
    }

    function redeem(uint256 who, uint256 amount) external counted {
        address wallet = people[who % 4];
        uint256 had = token.balanceOf(wallet);
        vm.assume(had > 0 && identities.mayExit(wallet));
        amount = bound(amount, 1, had);
        bytes32 id = nextId();
        vm.prank(wallet);
        token.redeem(amount, id);
        uint256 fee = (amount * 10 + 9_999) / 10_000;
        burned += amount - fee;
        feesPaid += fee;
    }

    function release(uint256 which, uint256 amount) external counted {
        uint256 due = burned - released;
        bytes32 id = _positionIds[which % _positionIds.length];
        uint256 issued = reserves.position(id).issued;
        vm.assume(due > 0 && issued > 0);
        bytes32[] memory ids = new bytes32[](1);
        uint128[] memory amounts = new uint128[](1);
        (ids[0], amounts[0]) = (id, uint128(bound(amount, 1, due < issued ? due : issued)));
        bytes32 releaseId = nextId();
        bytes memory signature = signRelease(CUSTODIAN_KEY, releaseId, ids, amounts);
        vm.prank(issuer);
        reserves.release(releaseId, ids, amounts, signature);
        released += amounts[0];
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external counted {
        address sender = people[from % 4];
        amount = bound(amount, 0, token.balanceOf(sender));
        vm.assume(token.canTransfer(sender, people[to % 4], amount));
        vm.prank(sender);
        token.transfer(people[to % 4], amount);
    }

    function force(uint256 from, uint256 to, uint256 amount) external counted {
        address owner = people[from % 4];
        uint256 had = token.balanceOf(owner);
        vm.assume(had > 0 && identities.isVerified(people[to % 4]));
        vm.prank(enforcer);
        token.forcedTransferUnderOrder(owner, people[to % 4], bound(amount, 1, had), "order");
    }

    // ---- stake

    function stake(uint256 who, uint256 where, uint256 amount) external counted {
        (address wallet, uint32 id) = (people[who % 4], _operator(where));
        amount = bound(amount, 0, token.balanceOf(wallet));
        vm.assume(amount > 0 && token.canTransfer(wallet, address(staking), amount));
        _beforeTouch(wallet);
        uint256[4] memory worth = _worthOfAll(id);
        stakeAs(wallet, id, amount);
        modelStake(wallet, id, amount);
        _othersKeep(who % 4, id, worth);
        principalIn += amount;
    }

    function requestUnbond(uint256 who, uint256 where, uint256 amount) external counted {
        (address wallet, uint32 id) = (people[who % 4], _operator(where));
        IStaking.StakeView memory found = staking.stakeOf(wallet, id);
        uint256 worth = found.active + found.pending;
        vm.assume(worth > 0 && staking.unbondingOf(wallet).length < 32);
        vm.assume(!_changeIsDue(wallet) || identities.mayExit(wallet));
        amount = amount % 3 == 0 ? worth : bound(amount, 1, worth);
        _beforeTouch(wallet);
        uint256[4] memory worths = _worthOfAll(id);
        unbondAs(wallet, id, amount);
        modelUnbond(wallet, id, amount);
        _othersKeep(who % 4, id, worths);
    }

    function withdraw(uint256 who, uint256 which) external counted {
        address wallet = people[who % 4];
        IStaking.UnbondRequest[] memory open = staking.unbondingOf(wallet);
        vm.assume(open.length > 0 && identities.mayExit(wallet));
        IStaking.UnbondRequest memory request = open[which % open.length];
        if (request.withdrawableAt > block.timestamp) _wait(request.withdrawableAt - block.timestamp);
        uint256 had = token.balanceOf(wallet);
        vm.prank(wallet);
        staking.withdraw(request.requestId);
        uint256 got = token.balanceOf(wallet) - had;
        atMost(got, request.amount, "never more than requested");
        if (modelSlashes(request.operatorId) == 0) equal(got, request.amount, "unslashed: all of it");
        principalOut += got;
    }

    function claim(uint256 who, uint256 where) external counted {
        (address wallet, uint32 id) = (people[who % 4], _operator(where));
        vm.assume(staking.stakeOf(wallet, id).claimableGross > 0 && identities.mayExit(wallet));
        bool due = _changeIsDue(wallet);
        _beforeTouch(wallet);
        if (due) return;
        uint256 promised = staking.stakeOf(wallet, id).claimableGross;
        uint256 funded = splitter.fundedBy(address(staking));
        staking.claimFor(wallet, id);
        equal(funded - splitter.fundedBy(address(staking)), promised, "paid what was shown");
        grossPaid[wallet][id] += promised;
    }

    function slash(uint256 where, uint256 amount) external counted {
        uint32 id = _operator(where);
        IStaking.OperatorView memory found = staking.operatorOf(id);
        uint256 all = found.active + found.pending + found.unbonding;
        vm.assume(all + found.bond >= 1000 && amount % 4 == 0 && modelSlashes(id) <= 200);
        uint256 stakedBefore = staking.stakeOfOperator(id);
        try staking.slash(id, bound(amount, 1, (all + found.bond) / 3 + 1), "reason", comptroller) {
            modelSlash(id, stakedBefore - staking.stakeOfOperator(id));
        } catch {}
    }

    function collectSlashed() external counted {
        uint256 held = slashedHeld();
        vm.assume(held > 0);
        staking.collectSlashed(comptroller);
        principalOut += held;
    }

    function postBond(uint256 who, uint256 where, uint256 amount) external counted {
        address wallet = people[who % 4];
        amount = bound(amount, 0, token.balanceOf(wallet) / 10);
        vm.assume(amount > 0 && token.canTransfer(wallet, address(staking), amount));
        vm.prank(wallet);
        staking.postBond(_operator(where), amount);
        principalIn += amount;
    }

    // ---- epochs

    function payFee(uint256 who, uint256 amount, uint256 kind) external counted {
        address wallet = people[who % 4];
        amount = bound(amount, 0, token.balanceOf(wallet) / 100);
        vm.assume(amount > 0 && token.canTransfer(wallet, address(epochs), amount));
        vm.prank(wallet);
        if (kind % 2 == 0) epochs.payFee(IEpochManager.FeeKind.Trading, amount, "trade");
        else epochs.requestDataValidation(bytes32(kind), amount);
        feesPaid += amount;
    }

    function epoch(uint256 part, uint256 who, uint256 late) external counted {
        vm.assume(!token.paused());
        uint64 due = epochs.nextProposalAt();
        if (block.timestamp < due) _wait(due - block.timestamp);
        uint256 amount = part % 2 == 0 ? epochs.feePot() : bound(part, 0, epochs.feePot());
        bytes32 digest = proposeOnly(amount, batch(bytes32(part)));
        everybody(0);
        if (late % 4 == 0) _wait(late % 20);
        uint64 number = staking.currentEpoch();
        who = [uint256(15), 14, 13, 11, 7][who % 5];
        uint256 pot = epochs.feePot();
        bytes[] memory signatures = signaturesOf(digest, who);
        (uint256 weight, uint256 needed,,) = epochs.quorumOf(who << 1);
        if (weight < needed) {
            try epochs.finalize(number, who << 1, signatures, SALT) {
                isTrue(false, "final below two thirds");
            } catch {}
            return;
        }
        modelTo(block.timestamp);
        epochs.finalize(number, who << 1, signatures, SALT);
        distributed += pot - epochs.feePot();
        ++finals;
        modelAfterFinal(block.timestamp, EPOCH_SECONDS, pot - epochs.feePot(), who);
        try epochs.finalize(number, who << 1, signatures, SALT) {
            isTrue(false, "final twice");
        } catch {}
    }

    function proposeTooMuch(uint256 more) external counted {
        vm.assume(block.timestamp >= epochs.nextProposalAt());
        more = bound(more, 1, type(uint128).max);
        uint256 pot = epochs.feePot();
        vm.prank(proposer);
        try epochs.propose(pot + more, batch(0)) {
            isTrue(false, "proposed what was never collected");
        } catch {}
    }

    function bankAlone() external counted {
        vm.assume(block.timestamp >= epochs.nextProposalAt());
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 1);
        uint64 number = staking.currentEpoch();
        try epochs.finalize(number, 2, signatures, SALT) {
            isTrue(false, "the bank finished an epoch alone");
        } catch {}
    }

    // ---- taxes, fees, identities, switches, time

    function sweep() external counted {
        (uint256 federal, uint256 state, uint256 local) = splitter.unswept();
        vm.assume(federal + state + local > 0);
        splitter.sweep();
    }

    function payOperatorFee(uint256 where) external counted {
        uint32 id = _operator(where);
        vm.assume(splitter.operatorFees(id) > 0);
        splitter.payOperatorFee(id);
    }

    function remit(uint256 level, uint256 amount) external counted {
        ITaxVault.Level which = ITaxVault.Level(level % 3);
        uint256 there = vault.held(which);
        vm.assume(there > 0 && !token.paused());
        amount = bound(amount, 1, there);
        bytes32 id = nextId();
        vm.prank(remitter);
        vault.remit(which, comptroller, amount, id);
    }

    function changeRateClass(uint256 who, uint24 rateClass) external counted {
        address wallet = people[who % 4];
        (,, uint64 pending) = identities.rateClassesOf(wallet);
        vm.assume(pending == 0);
        vm.prank(registrar);
        identities.scheduleRateClass(wallet, uint24(rateClass % 0x28) << 16 | uint24(rateClass % 0x20));
    }

    function changeStatus(uint256 who, uint256 how) external counted {
        address wallet = people[who % 4];
        bool frozen = !identities.mayExit(wallet);
        if (how % 4 == 0 && !frozen) freeze(wallet);
        if (how % 4 != 0 && frozen) {
            vm.prank(enforcer);
            identities.unfreeze(wallet, "lifted");
            frozen = false;
        }
        if (frozen || how % 4 == 0) return;
        vm.prank(registrar);
        if (how % 4 == 1) identities.setStatus(wallet, IIdentityRegistry.Status.RefreshNeeded, 0);
        else identities.setStatus(wallet, IIdentityRegistry.Status.Verified, uint64(block.timestamp + 3650 days));
    }

    function pauseOrNot(uint256 how) external counted {
        if (token.paused()) {
            token.unpause();
        } else if (how % 4 == 0) {
            vm.prank(guardian);
            token.pause();
        }
    }

    function wait(uint256 time) external counted {
        _wait(bound(time, 1, 45));
    }

    // ---- reads for the invariants

    function system() external view returns (address, address, address, address, address, address, address) {
        return (
            address(token),
            address(reserves),
            address(staking),
            address(splitter),
            address(vault),
            address(epochs),
            comptroller
        );
    }

    function issuedInAll() external view returns (uint256 sum) {
        for (uint256 i; i < _positionIds.length; ++i) {
            sum += reserves.position(_positionIds[i]).issued;
        }
    }

    /// What was slashed and waits to be collected.
    function slashedHeld() public view returns (uint256 held) {
        held = staking.owed() - staking.totalStaked();
        for (uint32 id = 1; id <= 4; ++id) {
            IStaking.OperatorView memory found = staking.operatorOf(id);
            held -= found.unbonding + found.bond;
        }
    }

    // ---- inside

    function _worthOfAll(uint32 id) private view returns (uint256[4] memory worth) {
        for (uint256 i; i < 4; ++i) {
            IStaking.StakeView memory found = staking.stakeOf(people[i], id);
            worth[i] = found.active + found.pending;
        }
    }

    function _othersKeep(uint256 who, uint32 id, uint256[4] memory before) private view {
        uint256[4] memory now_ = _worthOfAll(id);
        for (uint256 i; i < 4; ++i) {
            if (i != who) atMost(before[i], now_[i], "only a slash lowers what others hold");
        }
    }

    function _mint(address wallet, uint256 amount) private {
        if (reserves.isStale()) attest();
        _positionIds.push(mintTo(wallet, amount));
        minted += amount;
        feesPaid += (amount * 10 + 9_999) / 10_000;
    }

    function _wait(uint256 time) private {
        pass(time);
        modelTo(block.timestamp);
    }

    function _changeIsDue(address wallet) private view returns (bool) {
        (,, uint64 fromEpoch) = identities.rateClassesOf(wallet);
        return fromEpoch != 0 && staking.currentEpoch() >= fromEpoch;
    }

    /// A due change of class pays out every position first: noted here, through the same public call.
    function _beforeTouch(address wallet) private {
        if (!_changeIsDue(wallet)) return;
        for (uint32 id = 1; id <= 4; ++id) {
            grossPaid[wallet][id] += staking.stakeOf(wallet, id).claimableGross;
        }
        uint256 funded = splitter.fundedBy(address(staking));
        uint256 promised;
        for (uint32 id = 1; id <= 4; ++id) {
            promised += staking.stakeOf(wallet, id).claimableGross;
        }
        staking.claimFor(wallet, 1);
        uint256 paid = funded - splitter.fundedBy(address(staking));
        near(paid, promised, 8, "a split loses only rounding");
    }

    function _operator(uint256 where) private pure returns (uint32) {
        return uint32(where % 4) + 1;
    }
}
