// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Operators} from "../utils/Operators.sol";

/// Operators come, go, change keys, are struck, jailed, slashed and revoked; proposals are voted on, finished or not.
/// An act that cannot be done now is given up with `assume`, so that forge counts only acts that were done.
contract ValidatorHandler is Operators {
    uint8 private constant MOST = 10;

    uint256 public finals;
    uint256 public feesPaid;
    uint256 public distributed;
    uint256 public canaryFunded;
    uint256 public canaryPaid;
    /// the law has ended seats since they were last enough
    bool public endedByLaw;
    /// bit n: operator n was revoked or its certificate ran out
    uint256 public ended;

    mapping(address signer => uint256) private _keys;
    uint256 private _nextKey = 0xC0DE0000;

    function start() external {
        build();
        for (uint256 i; i < MOST; ++i) {
            _keys[vm.addr(FIRST_VALIDATOR_KEY + i)] = FIRST_VALIDATOR_KEY + i;
        }
        feesPaid += epochs.feePot();
        mintTo(bob, 50_000_000 * DOLLAR);
        epochs.setCanaryReward(5 * DOLLAR);
        feesPaid = epochs.feePot();
    }

    // ---- operators

    function enterNew(uint256 affiliated) external {
        uint8 id = registry.operatorCount() + 1;
        vm.assume(id <= MOST);
        approve(id, affiliated % 3 == 0);
        _bond(id, BOND_MINIMUM);
        pass(APPROVAL_SECONDS);
        registry.activate(id);
    }

    function activateAgain(uint256 which) external {
        uint8 id = _unseatedIn(IValidatorRegistry.State.Approved, which);
        vm.assume(registry.operatorOf(id).certifiedUntil > block.timestamp + APPROVAL_SECONDS);
        if (bondOf(id) < BOND_MINIMUM) _bond(id, BOND_MINIMUM - bondOf(id));
        pass(APPROVAL_SECONDS);
        registry.activate(id);
    }

    function askToLeave(uint256 which) external {
        uint8 id = _pick(which);
        IValidatorRegistry.State state = stateOf(id);
        vm.assume(state >= IValidatorRegistry.State.Approved && state <= IValidatorRegistry.State.Active);
        exitAs(id);
    }

    function takeBondBack(uint256 which) external {
        uint8 id = _unseatedIn(IValidatorRegistry.State.Exiting, which);
        uint256 due = registry.operatorOf(id).releaseAt;
        if (block.timestamp < due) pass(due - block.timestamp);
        uint256 had = token.balanceOf(registry.operatorOf(id).payoutWallet);
        uint256 bond = bondOf(id);
        registry.withdrawBond(id);
        equal(token.balanceOf(registry.operatorOf(id).payoutWallet) - had, bond, "all that is left of it");
    }

    function revokeOne(uint256 which) external {
        uint8 id = _pick(which);
        vm.assume(which % 2 == 0);
        IValidatorRegistry.State state = stateOf(id);
        vm.assume(state != IValidatorRegistry.State.Exited && state != IValidatorRegistry.State.Revoked);
        if (isSeated(id)) ended |= 1 << id;
        revoke(id);
    }

    function rotate(uint256 which, uint256 how) external {
        uint8 id = _pick(which);
        address signer = how % 2 == 0 ? vm.addr(++_nextKey) : address(0);
        if (signer != address(0)) _keys[signer] = _nextKey;
        address node = how % 3 == 0 ? vm.addr(++_nextKey) : address(0);
        vm.prank(registry.operatorOf(id).controller);
        registry.rotateKeys(id, signer, node);
    }

    function strikeOne(uint256 which) external {
        uint8 id = _pick(which);
        vm.prank(address(epochs));
        registry.strike(1 << id, "reason");
    }

    function letBackIn(uint256 which) external {
        uint8 id = _unseatedIn(IValidatorRegistry.State.Jailed, which);
        uint256 due = registry.operatorOf(id).releaseAt;
        if (block.timestamp < due) pass(due - block.timestamp);
        vm.prank(certifier);
        registry.reinstate(id);
    }

    // ---- stake and slashes

    function delegate(uint256 which, uint256 amount) external {
        uint8 id = _pick(which);
        vm.assume(staking.operatorOf(id).open);
        stakeAs(bob, id, bound(amount, 1, 500_000 * DOLLAR));
    }

    function undelegate(uint256 which, uint256 amount) external {
        uint8 id = _pick(which);
        uint256 there = staking.stakeOf(bob, id).active + staking.stakeOf(bob, id).pending;
        vm.assume(there > 0 && staking.unbondingOf(bob).length < 32);
        unbondAs(bob, id, bound(amount, 1, there));
    }

    function topUp(uint256 which, uint256 amount) external {
        _bond(_pick(which), bound(amount, 1, 5_000 * DOLLAR));
    }

    /// Whoever is slashed, for whatever reason: no stake is touched while there is bond.
    function punishOne(uint256 which, bool doubleSign) external {
        uint8 id = _pick(which);
        (uint256 bond, uint256 stake) = (bondOf(id), staking.stakeOfOperator(id));
        vm.prank(address(evidence));
        registry.punish(id, doubleSign, "reason");
        if (staking.stakeOfOperator(id) < stake) equal(bondOf(id), 0, "bond first");
        if (bond > 0) isTrue(bondOf(id) < bond, "bond is taken");
        if (stake > 0) isTrue(staking.stakeOfOperator(id) > 0, "the share rate stays above zero");
    }

    // ---- epochs

    function payFee(uint256 amount) external {
        amount = bound(amount, 1, 1000 * DOLLAR);
        payFeeAs(bob, amount);
        feesPaid += amount;
    }

    function fundCanaries(uint256 amount) external {
        amount = bound(amount, 1, 100 * DOLLAR);
        vm.prank(bob);
        epochs.fundCanaryPot(amount);
        canaryFunded += amount;
    }

    /// Each seat agrees, refuses, guesses or stays away; then whoever agreed may sign, all or some.
    function epoch(uint256 votes, uint256 signers, uint256 part) external {
        if (reserves.isStale()) attest();
        uint256 pot = epochs.feePot();
        bytes32 digest = _propose(bound(part, 0, pot), batch("books"));
        uint256 agreed = _vote(votes);
        signers = signers % 3 == 0 ? agreed & signers : agreed;
        uint64 number = staking.currentEpoch();
        _unreadDoNotCount(number, digest, agreed);
        bytes[] memory signatures = _signatures(digest, signers);
        bool enough = _isEnough(signers);
        uint256 funded = splitter.fundedBy(address(staking));
        try epochs.finalize(number, signers, signatures, SALT) {
            isTrue(enough, "final without two thirds and a majority outside");
            ++finals;
            distributed += pot - epochs.feePot();
            equal(splitter.fundedBy(address(staking)) - funded, pot - epochs.feePot(), "what left the pot was funded");
            isTrue(epochs.recordOf(digest).kind == IEpochManager.Kind.Final, "recorded");
        } catch {
            isTrue(!enough, "two thirds and a majority outside are enough");
            equal(splitter.fundedBy(address(staking)), funded, "nothing paid without a final epoch");
        }
        try epochs.finalize(number, signers, signatures, SALT) {
            isTrue(false, "final twice");
        } catch {}
    }

    function canaryEpoch(uint256 votes) external {
        if (reserves.isStale()) attest();
        bytes32 digest = _propose(0, canary());
        uint256 agreed = _vote(votes);
        try epochs.finalize(staking.currentEpoch(), agreed, _signatures(digest, agreed), SALT) {
            isTrue(false, "a canary became final");
        } catch {}
        uint256 pot = epochs.canaryPot();
        epochs.openCanary(SALT);
        canaryPaid += pot - epochs.canaryPot();
    }

    // ---- reads for the invariants

    function system() external view returns (address, address, address, address, address) {
        return (address(token), address(staking), address(splitter), address(epochs), address(registry));
    }

    // ---- inside

    function _pick(uint256 which) private view returns (uint8) {
        return uint8(which % registry.operatorCount()) + 1;
    }

    /// The first such operator from `which` on.
    function _unseatedIn(IValidatorRegistry.State state, uint256 which) private view returns (uint8 id) {
        uint256 count = registry.operatorCount();
        for (uint256 i; i < count; ++i) {
            id = _pick(which % count + i);
            if (stateOf(id) == state && !isSeated(id)) return id;
        }
        vm.assume(false);
    }

    function _bond(uint8 id, uint256 amount) private {
        vm.prank(bob);
        staking.postBond(id, amount);
    }

    /// Deals the seats, and holds the new ones against the old.
    function _propose(uint256 amount, IEpochManager.Batch memory content) private returns (bytes32 digest) {
        uint256 before = seats();
        uint64 due = epochs.nextProposalAt();
        if (block.timestamp < due) pass(due - block.timestamp);
        uint256 byLaw = ended & before;
        for (uint8 id = 1; before >> id != 0; ++id) {
            bool expired = registry.operatorOf(id).certifiedUntil <= block.timestamp;
            if (before >> id & 1 == 1 && expired) byLaw |= 1 << id;
        }
        vm.prank(proposer);
        digest = epochs.propose(amount, content);
        uint256 sits = seats();
        equal(sits & byLaw, 0, "whom the law ended sits no more");
        uint256 changes = _size(before ^ sits);
        uint256 most = _size(before) / 3;
        if (most == 0) most = 1;
        if (byLaw == 0) atMost(changes, most, "a third at once");
        (uint256 count, uint256 outside) = _count();
        if (count >= 4 && outside >= 3) endedByLaw = false;
        else if (byLaw != 0) endedByLaw = true;
    }

    function _vote(uint256 votes) private returns (uint256 agreed) {
        IValidatorRegistry.Seat[] memory list = epochs.validators();
        for (uint256 i; i < list.length; ++i) {
            uint256 how = votes >> 3 * i & 7;
            if (how == 7) continue;
            commitAs(i, how == 6 ? bytes32("guess") : ENTRIES, how == 5 ? bytes32("no") : bytes32(0));
        }
        if (epochs.progress().commitsClosedAt == 0) pass(COMMIT_SECONDS + 1);
        for (uint256 i; i < list.length; ++i) {
            uint256 how = votes >> 3 * i & 7;
            if (how == 7) continue;
            revealAs(i, how == 6 ? bytes32("guess") : ENTRIES, how == 5 ? bytes32("no") : bytes32(0));
            if (how < 5) agreed |= 1 << list[i].operatorId;
        }
    }

    /// Everybody's signature, also of those who refused, guessed or stayed away.
    function _unreadDoNotCount(uint64 number, bytes32 digest, uint256 agreed) private {
        uint256 seated = epochs.progress().seated;
        if (agreed == seated) return;
        try epochs.finalize(number, seated, _signatures(digest, seated), SALT) {
            isTrue(false, "a signature counted without its digest");
        } catch {}
    }

    function _signatures(bytes32 digest, uint256 signers) private view returns (bytes[] memory signatures) {
        IValidatorRegistry.Seat[] memory list = epochs.validators();
        signatures = new bytes[](_size(signers));
        uint256 next;
        for (uint256 i; i < list.length; ++i) {
            if (signers >> list[i].operatorId & 1 == 0) continue;
            signatures[next++] = sign(_keys[list[i].signer], digest);
        }
    }

    /// The rule in other words: what the bank signs with is worth its part of half of what stands outside.
    function _isEnough(uint256 signers) private view returns (bool) {
        IValidatorRegistry.Seat[] memory list = epochs.validators();
        uint256[2] memory bank;
        uint256[2] memory others;
        uint256[2] memory heads;
        for (uint256 i; i < list.length; ++i) {
            uint256 signed = signers >> list[i].operatorId & 1;
            if (list[i].ofBank) {
                bank[0] += list[i].weight;
                bank[1] += signed * list[i].weight;
            } else {
                others[0] += list[i].weight;
                others[1] += signed * list[i].weight;
                heads[0] += 1;
                heads[1] += signed;
            }
        }
        if (list.length < 4 || heads[0] < 3 || heads[1] * 2 <= heads[0]) return false;
        uint256 counts = bank[0] * 2 > others[0] ? others[0] / 2 : bank[0];
        uint256 weight = others[1] + (bank[0] == 0 ? 0 : bank[1] * counts / bank[0]);
        atMost(counts * 2, others[0], "the bank counts for a third at most");
        return weight * 3 >= (others[0] + counts) * 2;
    }

    function _count() private view returns (uint256 count, uint256 outside) {
        IValidatorRegistry.Seat[] memory list = registry.seats();
        for (uint256 i; i < list.length; ++i) {
            if (!list[i].ofBank) ++outside;
        }
        return (list.length, outside);
    }

    function _size(uint256 set) private pure returns (uint256 size) {
        for (; set != 0; set &= set - 1) {
            ++size;
        }
    }
}
