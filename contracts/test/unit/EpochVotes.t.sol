// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {Operators} from "../utils/Operators.sol";

contract EpochCommitTest is Operators {
    function test_commit_byEverySeat_closesAtOnce() external {
        proposeOnly(0, batch("books"));
        for (uint256 i; i < 4; ++i) {
            equal(epochs.progress().commitsClosedAt, 0, "open");
            commitAs(i, ENTRIES, 0);
        }
        equal(epochs.progress().commitsClosedAt, block.timestamp, "nobody is left to wait for");
        equal(epochs.progress().revealsUntil, block.timestamp + REVEAL_SECONDS, "reveals begin");
        equal(epochs.progress().committed, 30, "all");
    }

    function testFuzz_commit_late_orTwice_orWithoutSeat_orWithoutProposal_refused(uint256 late) external {
        late = bound(late, 1, 30 days);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.commit(0, 0);
        proposeOnly(0, batch("books"));
        refuses(IEpochManager.NotAValidator.selector);
        epochs.commit(0, 0);
        refuses(IEpochManager.NotAValidator.selector);
        epochs.commit(4, 0);
        commitAs(1, ENTRIES, 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.AlreadyCommitted.selector, 2));
        vm.prank(application(2).signer);
        epochs.commit(1, 0);
        pass(COMMIT_SECONDS + late);
        refuses(IEpochManager.CommitsClosedAlready.selector);
        vm.prank(application(3).signer);
        epochs.commit(2, 0);
    }

    function test_commit_afterAllHave_refused() external {
        propose(0);
        refuses(IEpochManager.CommitsClosedAlready.selector);
        vm.prank(application(3).signer);
        epochs.commit(2, 0);
    }

    function test_reveal_beforeCommitsAreClosed_refused() external {
        proposeOnly(0, batch("books"));
        commitAs(0, ENTRIES, 0);
        address signer = application(1).signer;
        refuses(IEpochManager.CommitsStillOpen.selector);
        vm.prank(signer);
        epochs.reveal(0, nonceOf(0), ENTRIES, 0);
        pass(COMMIT_SECONDS + 1);
        revealAs(0, ENTRIES, 0);
        refuses(IEpochManager.AlreadyRevealed.selector);
        vm.prank(signer);
        epochs.reveal(0, nonceOf(0), ENTRIES, 0);
        signer = application(2).signer;
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.NotCommitted.selector, 2));
        vm.prank(signer);
        epochs.reveal(1, nonceOf(1), ENTRIES, 0);
    }

    /// Whatever is not exactly what was committed does not open it: nor another's commitment.
    function testFuzz_reveal_ofAnythingElse_refused(bytes32 nonce, bytes32 entries, bytes32 reason) external {
        proposeOnly(0, batch("books"));
        for (uint256 i; i < 4; ++i) {
            commitAs(i, ENTRIES, 0);
        }
        vm.assume(nonce != nonceOf(1) || entries != ENTRIES || reason != 0);
        refuses(IEpochManager.NotWhatWasCommitted.selector);
        vm.prank(application(2).signer);
        epochs.reveal(1, nonce, entries, reason);
    }

    function testFuzz_commit_copiedFromAnother_cannotBeOpened(bytes32 entries, bytes32 reason) external {
        proposeOnly(0, batch("books"));
        bytes24 ofFirst = bytes24(keccak256(abi.encode(uint8(1), nonceOf(0), entries, reason)));
        commitAs(0, entries, reason);
        vm.prank(application(2).signer);
        epochs.commit(1, ofFirst);
        pass(COMMIT_SECONDS + 1);
        revealAs(0, entries, reason);
        refuses(IEpochManager.NotWhatWasCommitted.selector);
        vm.prank(application(2).signer);
        epochs.reveal(1, nonceOf(0), entries, reason);
    }

    function test_propose_again_forgetsTheVotesOfTheFirst() external {
        proposeOnly(0, batch("books"));
        commitAs(0, ENTRIES, 0);
        proposeOnly(0, batch("books"));
        equal(epochs.progress().committed, 0, "none");
        everybody(0);
        equal(epochs.progress().agreed, 30, "all anew");
    }
}

contract EpochFinishTest is Operators {
    function setUp() public override {
        super.setUp();
        mintTo(alice, 100_000 * DOLLAR);
        for (uint32 id = 1; id <= 4; ++id) {
            stakeAs(alice, id, 1000 * DOLLAR);
        }
    }

    function test_finalize_waitsForReveals_orTheirTime() external {
        bytes32 digest = proposeOnly(0, batch("books"));
        bytes[] memory signatures = signaturesOf(digest, 14);
        for (uint256 i = 1; i < 4; ++i) {
            commitAs(i, ENTRIES, 0);
        }
        refuses(IEpochManager.CommitsStillOpen.selector);
        epochs.finalize(1, 28, signatures, SALT);
        pass(COMMIT_SECONDS + 1);
        revealAs(1, ENTRIES, 0);
        revealAs(2, ENTRIES, 0);
        refuses(IEpochManager.RevealsStillOpen.selector);
        epochs.finalize(1, 28, signatures, SALT);
        revealAs(3, ENTRIES, 0);
        epochs.finalize(1, 28, signatures, SALT);
        equal(registry.operatorOf(1).missedInARow, 1, "the absent missed it");
        equal(registry.operatorOf(2).missedInARow, 0, "the others did not");
        equal(uint256(epochs.recordOf(digest).kind), uint256(IEpochManager.Kind.Final), "recorded");
        equal(epochs.recordOf(digest).signers, 28, "with its signers");
    }

    function test_finalize_withoutADigest_orWithAnother_refused() external {
        bytes32 digest = proposeOnly(0, batch("books"));
        for (uint256 i; i < 4; ++i) {
            commitAs(i, i == 3 ? bytes32("guess") : ENTRIES, i == 2 ? bytes32("entry does not balance") : bytes32(0));
        }
        revealAs(0, ENTRIES, 0);
        revealAs(2, ENTRIES, "entry does not balance");
        revealAs(3, "guess", 0);
        pass(REVEAL_SECONDS + 1);
        bytes[] memory signatures = signaturesOf(digest, 15);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.NotAgreed.selector, 2));
        epochs.finalize(1, 30, signatures, SALT);
        signatures = signaturesOf(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.NotAgreed.selector, 3));
        epochs.finalize(1, 8, signatures, SALT);
        signatures = signaturesOf(digest, 8);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.NotAgreed.selector, 4));
        epochs.finalize(1, 16, signatures, SALT);
        equal(epochs.progress().refused, 8, "refused");
        equal(epochs.progress().diligent, 8, "having read it");
        equal(epochs.progress().wrong, 16, "guessed");
    }

    /// Guessed where two thirds found otherwise: a strike. Refused what two thirds found right: missed.
    function test_finalize_strikesWhoGuessed_andCountsARefusalAsMissed() external {
        bytes32 digest = proposeOnly(0, batch("books"));
        mintTo(bob, 10_000 * DOLLAR);
        for (uint256 i; i < 4; ++i) {
            commitAs(i, i == 3 ? bytes32("guess") : ENTRIES, 0);
        }
        for (uint256 i; i < 4; ++i) {
            revealAs(i, i == 3 ? bytes32("guess") : ENTRIES, 0);
        }
        finish(digest, 7);
        equal(registry.operatorOf(4).strikes, 1, "a strike");
        equal(registry.operatorOf(4).missedInARow, 0, "but not missed");
        digest = proposeOnly(0, batch("books"));
        for (uint256 i; i < 4; ++i) {
            commitAs(i, ENTRIES, i == 3 ? bytes32("no") : bytes32(0));
        }
        for (uint256 i; i < 4; ++i) {
            revealAs(i, ENTRIES, i == 3 ? bytes32("no") : bytes32(0));
        }
        finish(digest, 7);
        equal(registry.operatorOf(4).missedInARow, 1, "missed");
    }

    function testFuzz_finalize_withAnotherSalt_refused(bytes32 salt) external {
        vm.assume(salt != SALT);
        bytes[] memory signatures = signaturesOf(propose(0), 15);
        refuses(IEpochManager.WrongSalt.selector);
        epochs.finalize(1, 30, signatures, salt);
    }

    /// Weight is what it was at the proposal: nobody buys it once a proposal is known.
    function testFuzz_finalize_countsTheWeightOfTheProposal(uint256 bought) external {
        bytes32 digest = propose(0);
        stakeAs(alice, 4, bound(bought, 1, 90_000 * DOLLAR));
        finish(digest, 7);
    }

    function testFuzz_setWindows_beyondTheEpoch_refused(uint64 commits, uint64 reveals) external {
        commits = uint64(bound(commits, 0, 40));
        reveals = uint64(bound(reveals, 0, 40));
        if (commits == 0 || reveals == 0 || commits + reveals > EPOCH_SECONDS) {
            refuses(IEpochManager.BadWindows.selector);
            epochs.setWindows(commits, reveals);
        } else {
            epochs.setWindows(commits, reveals);
            (uint64 c, uint64 r) = epochs.windows();
            equal(c + uint256(r), uint256(commits) + reveals, "set");
        }
    }
}

contract CanaryTest is Operators {
    function setUp() public override {
        super.setUp();
        mintTo(alice, 100_000 * DOLLAR);
        vm.prank(alice);
        epochs.fundCanaryPot(100 * DOLLAR);
        epochs.setCanaryReward(30 * DOLLAR);
    }

    function _vote(uint256 agreeing) private {
        for (uint256 i; i < 4; ++i) {
            commitAs(i, ENTRIES, agreeing >> i & 1 == 1 ? bytes32(0) : bytes32("does not balance"));
        }
        for (uint256 i; i < 4; ++i) {
            revealAs(i, ENTRIES, agreeing >> i & 1 == 1 ? bytes32(0) : bytes32("does not balance"));
        }
    }

    function test_openCanary_strikesWhoAgreed_paysWhoRefused() external {
        bytes32 digest = proposeOnly(0, canary());
        _vote(1 | 2);
        epochs.openCanary(SALT);
        equal(registry.operatorOf(1).strikes, 1, "agreed");
        equal(registry.operatorOf(2).strikes, 1, "agreed");
        equal(registry.operatorOf(3).strikes, 0, "refused");
        equal(epochs.canaryOwed(3), 30 * DOLLAR, "paid");
        equal(epochs.canaryOwed(4), 30 * DOLLAR, "paid");
        equal(epochs.canaryPot(), 40 * DOLLAR, "left");
        epochs.payCanaryReward(3);
        equal(token.balanceOf(payoutWallet(3)), 30 * DOLLAR, "in its wallet");
        refuses(IEpochManager.ZeroAmount.selector);
        epochs.payCanaryReward(3);
        equal(uint256(epochs.recordOf(digest).kind), uint256(IEpochManager.Kind.Canary), "recorded");
        equal(
            token.balanceOf(address(epochs)),
            epochs.feePot() + epochs.canaryPot() + epochs.canaryOwed(4),
            "each token stands once"
        );
    }

    /// A canary takes no epoch's place: the next proposal has its number and need not wait.
    function test_openCanary_voidsTheProposal_andTheNextComesAtOnce() external {
        bytes32 digest = proposeOnly(0, canary());
        _vote(15);
        bytes[] memory signatures = signaturesOf(digest, 15);
        refuses(IEpochManager.WrongSalt.selector);
        epochs.finalize(1, 30, signatures, SALT);
        epochs.openCanary(SALT);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.finalize(1, 30, signatures, SALT);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.openCanary(SALT);
        pass(1);
        vm.prank(proposer);
        digest = epochs.propose(0, batch("books"));
        everybody(0);
        finish(digest, 15);
        equal(staking.currentEpoch(), 2, "final");
    }

    function test_openCanary_ofAnHonestProposal_orTooEarly_refused() external {
        proposeOnly(0, canary());
        commitAs(0, ENTRIES, 0);
        refuses(IEpochManager.CommitsStillOpen.selector);
        epochs.openCanary(SALT);
        pass(COMMIT_SECONDS + 1);
        refuses(IEpochManager.RevealsStillOpen.selector);
        epochs.openCanary(SALT);
        propose(0);
        refuses(IEpochManager.WrongSalt.selector);
        epochs.openCanary(SALT);
    }

    /// Refusing without reading is neither struck nor paid; the pot is never overdrawn.
    function testFuzz_openCanary_paysAtMostThePot(uint256 reward, uint256 agreeing, uint256 unread) external {
        reward = bound(reward, 0, 200 * DOLLAR);
        (agreeing, unread) = (agreeing & 15, unread & 15);
        epochs.setCanaryReward(reward);
        proposeOnly(0, canary());
        uint256 paid;
        for (uint256 i; i < 4; ++i) {
            bool agrees = agreeing >> i & 1 == 1;
            commitAs(i, unread >> i & 1 == 1 ? bytes32("any") : ENTRIES, agrees ? bytes32(0) : bytes32("no"));
            if (!agrees && unread >> i & 1 == 0) ++paid;
        }
        for (uint256 i; i < 4; ++i) {
            bool agrees = agreeing >> i & 1 == 1;
            revealAs(i, unread >> i & 1 == 1 ? bytes32("any") : ENTRIES, agrees ? bytes32(0) : bytes32("no"));
        }
        epochs.openCanary(SALT);
        uint256 each = paid == 0 ? 0 : 100 * DOLLAR / paid;
        if (each > reward) each = reward;
        uint256 owed;
        for (uint8 i; i < 4; ++i) {
            owed += epochs.canaryOwed(i + 1);
            equal(registry.operatorOf(i + 1).strikes, agreeing >> i & 1, "struck: did not refuse");
        }
        equal(owed, each * paid, "alike");
        equal(epochs.canaryPot(), 100 * DOLLAR - owed, "out of the pot");
    }

    /// Whoever agrees unread and waits for the others' reveals gains nothing by never opening. Bar V5 has the figure.
    function test_openCanary_strikesWhoCommitted_andDidNotOpen() external {
        proposeOnly(0, canary());
        for (uint256 i; i < 4; ++i) {
            commitAs(i, ENTRIES, i == 3 ? bytes32(0) : bytes32("does not balance"));
        }
        for (uint256 i; i < 3; ++i) {
            revealAs(i, ENTRIES, "does not balance");
        }
        pass(REVEAL_SECONDS + 1);
        epochs.openCanary(SALT);
        equal(registry.operatorOf(4).strikes, 1, "struck");
        for (uint8 id = 1; id <= 3; ++id) {
            equal(registry.operatorOf(id).strikes, 0, "who refused is not");
        }
    }

    function test_fundCanaryPot_withNothing_refused() external {
        refuses(IEpochManager.ZeroAmount.selector);
        epochs.fundCanaryPot(0);
    }
}

contract QuorumTest is Operators {
    function setUp() public override {}

    function testFuzz_theBank_neverCountsForMoreThanAThird(uint80 ofBank, uint80 outside) external pure {
        uint256 counted = Quorum.countedOfBank(ofBank, outside);
        atMost(counted * 3, counted + outside, "a third of what counts");
        atMost(counted, ofBank, "never more than it has");
        if (uint256(ofBank) * 2 <= outside) equal(counted, ofBank, "all of it when it is a third");
    }

    function testFuzz_theBankAlone_isNeverEnough(uint80 ofBank, uint80 outside) external pure {
        uint256 counted = Quorum.countedOfBank(ofBank, outside);
        if (outside > 0) isTrue(counted < Quorum.neededWeight(counted + outside), "never");
    }

    function testFuzz_partsOfTheBank_countForNoMoreThanTheWhole(uint80 one, uint80 other, uint80 outside)
        external
        pure
    {
        uint256 all = uint256(one) + other;
        uint256 counted = Quorum.countedOfBank(all, outside);
        uint256 parts = Quorum.countedPart(one, all, counted) + Quorum.countedPart(other, all, counted);
        atMost(parts, counted, "never more");
        equal(Quorum.countedPart(all, all, counted), counted, "all for all");
        equal(Quorum.countedPart(0, 0, 0), 0, "nothing for nothing");
    }
}
