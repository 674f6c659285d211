// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC7943Fungible} from "../../src/interfaces/IERC7943Fungible.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IPayoutSplitter} from "../../src/interfaces/IPayoutSplitter.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Granary} from "../utils/Granary.sol";

abstract contract Staked is Granary {
    function setUp() public virtual override {
        super.setUp();
        mintTo(alice, 100_000 * DOLLAR);
        mintTo(bob, 100_000 * DOLLAR);
        mintTo(carol, 1_000_000 * DOLLAR);
        finishEpoch(epochs.feePot() - 0);
    }

    /// An epoch that distributes this much, paid by carol.
    function epochWith(uint256 reward) internal {
        payFeeAs(carol, reward);
        finishEpoch(reward);
    }

    function claimable(address wallet, uint32 operatorId) internal view returns (uint256) {
        return staking.stakeOf(wallet, operatorId).claimableGross;
    }

    function claimAs(address wallet, uint32 operatorId) internal {
        vm.prank(wallet);
        staking.claim(operatorId);
    }
}

contract StakingStakeTest is Staked {
    function testFuzz_stake_isPendingUntilTheNextEpoch(uint256 amount) external {
        amount = bound(amount, 1, token.balanceOf(alice));
        stakeAs(alice, 1, amount);
        IStaking.StakeView memory found = staking.stakeOf(alice, 1);
        equal(found.pending, amount, "pending");
        equal(found.active, 0, "not active");
        equal(found.earnsFromEpoch, staking.currentEpoch() + 1, "from");
        finishEpoch(0);
        found = staking.stakeOf(alice, 1);
        equal(found.active, amount, "active");
        equal(found.pending, 0, "not pending");
        equal(staking.totalStaked(), amount, "total");
        equal(token.balanceOf(address(staking)), staking.owed(), "held");
    }

    function test_stake_givenZero_unknown_closed_unverified_refused() external {
        vm.startPrank(alice);
        refuses(IStaking.ZeroAmount.selector);
        staking.stake(1, 0);
        refuses(IStaking.UnknownOperator.selector);
        staking.stake(9, 1);
        vm.stopPrank();
        staking.setOperator(1, payoutWallet(1), 500, false);
        refuses(IStaking.OperatorClosed.selector);
        stakeAs(alice, 1, 1);
        expire(alice);
        refuses(IERC7943Fungible.ERC7943CannotSend.selector);
        stakeAs(alice, 2, 1);
    }

    function test_stake_aboveBalance_refused() external {
        vm.expectRevert();
        stakeAs(alice, 1, type(uint80).max);
        vm.expectRevert();
        stakeAs(alice, 1, type(uint256).max);
    }

    function testFuzz_stake_whenPaused_refused(uint256 amount) external {
        amount = bound(amount, 1, token.balanceOf(alice));
        vm.prank(guardian);
        token.pause();
        vm.expectRevert();
        stakeAs(alice, 1, amount);
    }

    function test_stakeWithPermit_alsoWhenSomebodySubmittedThePermitFirst() external {
        uint256 key = 0xDAD;
        address dad = vm.addr(key);
        enrol(dad, IIdentityRegistry.Kind.Person, CLASS);
        mintTo(dad, 100 * DOLLAR);
        for (uint256 nonce; nonce < 2; ++nonce) {
            bytes32 typeHash =
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
            bytes32 structHash = keccak256(abi.encode(typeHash, dad, staking, DOLLAR, nonce, NEVER));
            bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
            if (nonce == 1) token.permit(dad, address(staking), DOLLAR, NEVER, v, r, s);
            vm.prank(dad);
            staking.stakeWithPermit(1, DOLLAR, NEVER, v, r, s);
        }
        equal(staking.stakeOf(dad, 1).pending, 2 * DOLLAR, "both");
    }

    function test_setOperator_givenBadInput_refused() external {
        refuses(IStaking.BadOperator.selector);
        staking.setOperator(0, payoutWallet(1), 0, true);
        refuses(IStaking.BadOperator.selector);
        staking.setOperator(128, payoutWallet(1), 0, true);
        refuses(IStaking.BadOperator.selector);
        staking.setOperator(5, address(0), 0, true);
        refuses(IStaking.CommissionTooHigh.selector);
        staking.setOperator(5, payoutWallet(1), 3001, true);
        staking.setOperator(5, payoutWallet(1), 3000, true);
        equal(staking.operatorIds().length, 5, "five");
        staking.setOperator(5, payoutWallet(2), 0, false);
        equal(staking.operatorIds().length, 5, "changed, not added");
        equal(staking.operatorOf(5).payoutWallet, payoutWallet(2), "wallet");
    }
}

contract StakingRewardTest is Staked {
    function test_claim_dripsOverTheNextEpoch() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(30 * DOLLAR);
        equal(claimable(alice, 1), 0, "nothing at the mark");
        pass(10);
        equal(claimable(alice, 1), 10 * DOLLAR, "a third");
        equal(staking.operatorOf(1).rewardPerSecond, DOLLAR, "a dollar a second");
        pass(20);
        equal(claimable(alice, 1), 30 * DOLLAR, "all");
        pass(1000);
        equal(claimable(alice, 1), 30 * DOLLAR, "no more");
    }

    function test_claim_splitsIntoFeeTaxesAndNet() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        uint256 had = token.balanceOf(alice);
        claimAs(alice, 1);
        (uint256 federal, uint256 state, uint256 local) = splitter.unswept();
        equal(splitter.operatorFees(1), 5 * DOLLAR, "5% commission");
        equal(federal, 22_800_000, "24% of 95");
        equal(state, 5_225_000, "5.5% of 95");
        equal(local, 2_850_000, "3% of 95");
        equal(token.balanceOf(alice) - had, 64_125_000, "net");
        equal(splitter.fundedBy(address(staking)), 0, "all paid");
    }

    function testFuzz_claim_linesSumToGross(uint256 amount, uint256 reward, uint24 rateClass, uint16 bps) external {
        vm.assume(uint256(rateClass >> 16) + uint8(rateClass >> 8) + uint8(rateClass) <= 120);
        amount = bound(amount, 1, 100_000 * DOLLAR - 1000 * DOLLAR);
        reward = bound(reward, 1, 500_000 * DOLLAR);
        staking.setOperator(1, payoutWallet(1), uint16(bound(bps, 0, 3000)), true);
        vm.prank(registrar);
        identities.scheduleRateClass(alice, rateClass);
        stakeAs(alice, 1, amount);
        epochWith(reward);
        pass(EPOCH_SECONDS);
        uint256 gross = claimable(alice, 1);
        near(gross, reward, 2, "one staker gets it all but rounding");
        if (gross == 0) return;
        uint256 had = token.balanceOf(alice);
        claimAs(alice, 1);
        (uint256 federal, uint256 state, uint256 local) = splitter.unswept();
        uint256 lines = federal + state + local + splitter.operatorFees(1) + token.balanceOf(alice) - had;
        equal(lines, gross, "lines sum to gross");
        equal(splitter.fundedBy(address(staking)), reward - gross, "the rest stays funded");
    }

    function testFuzz_claim_isByStake(uint256 a, uint256 b, uint256 reward) external {
        a = bound(a, 1, 100_000 * DOLLAR - 1000 * DOLLAR);
        b = bound(b, 1, 100_000 * DOLLAR - 1000 * DOLLAR);
        reward = bound(reward, 1, 500_000 * DOLLAR);
        stakeAs(alice, 1, a);
        stakeAs(bob, 1, b);
        epochWith(reward);
        pass(EPOCH_SECONDS);
        near(claimable(alice, 1), reward * a / (a + b), 2, "alice");
        near(claimable(bob, 1), reward * b / (a + b), 2, "bob");
        atMost(claimable(alice, 1) + claimable(bob, 1), reward, "never more than came in");
    }

    /// Staking just before a distribution and leaving just after it earns nothing.
    function testFuzz_claim_justInTimeStakeEarnsNothing(uint256 amount, uint256 reward) external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        finishEpoch(0);
        reward = bound(reward, 1, 500_000 * DOLLAR);
        epochWith(reward);
        amount = bound(amount, 1, 99_000 * DOLLAR);
        stakeAs(bob, 1, amount);
        pass(EPOCH_SECONDS - 1);
        equal(claimable(bob, 1), 0, "still pending");
        unbondAs(bob, 1, amount);
        pass(1);
        equal(claimable(bob, 1), 0, "nothing");
        near(claimable(alice, 1), reward, 2, "all hers");
    }

    /// Stakes and rewards of a few units, joined and left at odd moments: rounding never favours the claims.
    function testFuzz_claim_ofDust_neverExceedsMoneyIn(uint8[24] calldata seeds) external {
        staking.setOperator(1, payoutWallet(1), 0, true);
        uint256 moneyIn;
        for (uint256 i; i < 8; ++i) {
            address wallet = [alice, bob, carol][seeds[i] % 3];
            stakeAs(wallet, 1, seeds[i] % 7 + 1);
            uint256 reward = seeds[i + 8] % 13 + 1;
            epochWith(reward);
            moneyIn += reward;
            pass(seeds[i + 16] % EPOCH_SECONDS);
            wallet = [alice, bob, carol][seeds[i + 16] % 3];
            if (staking.stakeOf(wallet, 1).active > 1) unbondAs(wallet, 1, 1);
            uint256 sum = claimable(alice, 1) + claimable(bob, 1) + claimable(carol, 1);
            atMost(sum, moneyIn, "claims within money in");
        }
    }

    function test_claim_ofStakeThatLeft_keepsWhatItEarned() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        stakeAs(bob, 1, 1000 * DOLLAR);
        epochWith(60 * DOLLAR);
        pass(15);
        unbondAs(alice, 1, 1000 * DOLLAR);
        equal(claimable(alice, 1), 15 * DOLLAR, "half of half");
        pass(15);
        equal(claimable(alice, 1), 15 * DOLLAR, "and no more");
        equal(claimable(bob, 1), 45 * DOLLAR, "the other half alone");
        claimAs(alice, 1);
        claimAs(bob, 1);
        equal(splitter.fundedBy(address(staking)), 0, "exact");
    }

    function test_claim_whenNobodyWasActive_theRewardWaits() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(30 * DOLLAR);
        pass(10);
        unbondAs(alice, 1, 1000 * DOLLAR);
        pass(100);
        stakeAs(bob, 1, 500 * DOLLAR);
        pass(100);
        equal(claimable(bob, 1), 0, "pending");
        finishEpoch(0);
        pass(15);
        equal(claimable(bob, 1), 10 * DOLLAR, "what waited drips again");
        pass(15);
        equal(claimable(bob, 1), 20 * DOLLAR, "all of it");
        equal(claimable(alice, 1), 10 * DOLLAR, "hers stays hers");
    }

    function test_claim_givenNothing_refused() external {
        refuses(IStaking.NothingToClaim.selector);
        claimAs(alice, 1);
        refuses(IStaking.NothingToClaim.selector);
        claimAs(alice, 9);
        stakeAs(alice, 1, DOLLAR);
        epochWith(DOLLAR);
        pass(EPOCH_SECONDS);
        claimAs(alice, 1);
        refuses(IStaking.NothingToClaim.selector);
        claimAs(alice, 1);
    }

    function test_claimFor_paysItsOwnerOnly() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        uint256 had = token.balanceOf(alice);
        vm.prank(stranger);
        staking.claimFor(alice, 1);
        equal(token.balanceOf(alice) - had, 64_125_000, "owner");
        equal(token.balanceOf(stranger), 0, "caller");
    }

    function test_claim_whenPausedAndExpired_passes_whenFrozen_not() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        stakeAs(bob, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        expire(alice);
        freeze(bob);
        vm.prank(guardian);
        token.pause();
        uint256 had = token.balanceOf(alice);
        claimAs(alice, 1);
        isTrue(token.balanceOf(alice) > had, "left");
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        claimAs(bob, 1);
    }

    function test_claim_afterCommissionChange_keepsTheOldOneOnTheOldReward() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        staking.setOperator(1, payoutWallet(1), 1000, true);
        epochWith(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        IStaking.StakeView memory found = staking.stakeOf(alice, 1);
        equal(found.claimableGross, 200 * DOLLAR, "gross");
        equal(found.claimableFee, 15 * DOLLAR, "5 + 10");
    }

    function test_onEpochFinal_isTheEpochManagersAlone_once() external {
        refuses(IStaking.OnlyEpochManager.selector);
        staking.onEpochFinal(1, new uint32[](0), new uint256[](0));
        vm.startPrank(address(epochs));
        refuses(IStaking.WrongEpoch.selector);
        staking.onEpochFinal(1, new uint32[](0), new uint256[](0));
        refuses(IStaking.LengthMismatch.selector);
        staking.onEpochFinal(2, new uint32[](1), new uint256[](0));
    }

    /// A sole staker of one unit and a fortune of rewards: the index stops before it overflows, no epoch ever jams.
    function test_onEpochFinal_givenDustStake_neverJams() external {
        stakeAs(alice, 1, 1);
        finishEpoch(0);
        vm.startPrank(address(epochs));
        uint32[] memory ids = new uint32[](1);
        uint256[] memory gross = new uint256[](1);
        (ids[0], gross[0]) = (1, 60_000_000_000 * DOLLAR);
        for (uint64 i; i < 4; ++i) {
            pass(EPOCH_SECONDS);
            staking.onEpochFinal(3 + i, ids, i == 0 ? gross : new uint256[](1));
        }
        isTrue(claimable(alice, 1) > 0, "still readable");
    }
}

contract StakingRateClassTest is Staked {
    function _change(uint24 rateClass) private {
        vm.prank(registrar);
        identities.scheduleRateClass(alice, rateClass);
    }

    function _federal() private view returns (uint256 federal) {
        (federal,,) = splitter.unswept();
    }

    function test_claim_afterAChange_splitsAtTheMark() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        pass(10);
        _change(0);
        pass(20);
        epochWith(300 * DOLLAR);
        pass(EPOCH_SECONDS);
        vm.recordLogs();
        claimAs(alice, 1);
        equal(_federal(), 22_800_000, "24% on what was earned before the mark, nothing after");
        (uint24 rateClass,, uint64 fromEpoch) = identities.rateClassesOf(alice);
        equal(rateClass, 0, "folded");
        equal(fromEpoch, 0, "settled");
        equal(splitter.fundedBy(address(staking)), 0, "all paid");
    }

    function test_claim_beforeTheMark_stillByTheOldClass() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(100 * DOLLAR);
        _change(0);
        pass(EPOCH_SECONDS);
        claimAs(alice, 1);
        equal(_federal(), 22_800_000, "old");
        (,, uint64 fromEpoch) = identities.rateClassesOf(alice);
        equal(fromEpoch, staking.currentEpoch() + 1, "still pending");
    }

    function test_stake_afterAChange_firstPaysOutWhatWasEarned() external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        stakeAs(alice, 2, 1000 * DOLLAR);
        epochWith(200 * DOLLAR);
        _change(0x020000);
        finishEpoch(0);
        pass(EPOCH_SECONDS);
        stakeAs(alice, 3, DOLLAR);
        equal(claimable(alice, 1) + claimable(alice, 2), 0, "both positions settled");
        near(_federal(), 45_600_000, 2, "at the old rate");
        _change(CLASS);
        finishEpoch(0);
        unbondAs(alice, 3, DOLLAR);
        (uint24 rateClass,, uint64 fromEpoch) = identities.rateClassesOf(alice);
        equal(rateClass, CLASS, "a second change, once the first was settled");
        equal(fromEpoch, 0, "folded with nothing to pay");
    }

    function testFuzz_claim_afterAChange_neverMixesClasses(uint256 before, uint256 since, uint256 wait) external {
        before = bound(before, 100, 100_000 * DOLLAR);
        since = bound(since, 100, 100_000 * DOLLAR);
        stakeAs(alice, 1, 1000 * DOLLAR);
        epochWith(before);
        pass(EPOCH_SECONDS);
        _change(0x640000);
        epochWith(since);
        pass(bound(wait, 0, 2 * EPOCH_SECONDS));
        uint256 dripped = claimable(alice, 1) - before;
        (, uint256 stateBefore,) = splitter.unswept();
        claimAs(alice, 1);
        (, uint256 state,) = splitter.unswept();
        near(state - stateBefore, (before - before / 20) * 11 / 200, 2, "state tax only before the mark");
        uint256 federal = (before - before / 20) * 48 / 200 + (dripped - dripped / 20) * 100 / 200;
        near(_federal(), federal, 4, "federal by both classes");
    }

    function testFuzz_noteRateChange_isTheRegistrysAlone(address caller) external {
        vm.assume(caller != address(identities));
        refuses(IStaking.OnlyIdentityRegistry.selector);
        vm.prank(caller);
        staking.noteRateChange(alice, 1);
    }
}

contract StakingUnbondTest is Staked {
    function setUp() public override {
        super.setUp();
        stakeAs(alice, 1, 1000 * DOLLAR);
        finishEpoch(0);
    }

    function test_withdraw_afterTheWait_paysBack() external {
        uint256 had = token.balanceOf(alice);
        uint256 id = unbondAs(alice, 1, 400 * DOLLAR);
        equal(staking.stakeOf(alice, 1).active, 600 * DOLLAR, "still staked");
        equal(staking.operatorOf(1).unbonding, 400 * DOLLAR, "unbonding");
        pass(UNBONDING_SECONDS - 1);
        refuses(IStaking.NotYetWithdrawable.selector);
        vm.prank(alice);
        staking.withdraw(id);
        pass(1);
        vm.prank(alice);
        staking.withdraw(id);
        equal(token.balanceOf(alice), had + 400 * DOLLAR, "back");
        vm.expectRevert(abi.encodeWithSelector(IStaking.UnknownRequest.selector, id));
        vm.prank(alice);
        staking.withdraw(id);
    }

    function testFuzz_withdraw_ofAnother_refused(address caller, uint256 amount) external {
        vm.assume(caller != alice);
        uint256 id = unbondAs(alice, 1, bound(amount, 1, 1000 * DOLLAR));
        pass(UNBONDING_SECONDS);
        refuses(IStaking.UnknownRequest.selector);
        vm.prank(caller);
        staking.withdraw(id);
    }

    function test_withdraw_inAnyOrder_givenSeveralRequests() external {
        uint256[4] memory ids;
        for (uint256 i; i < 4; ++i) {
            ids[i] = unbondAs(alice, 1, (i + 1) * DOLLAR);
            pass(5);
        }
        pass(UNBONDING_SECONDS);
        equal(staking.unbondingOf(alice).length, 4, "four open");
        vm.startPrank(alice);
        staking.withdraw(ids[2]);
        staking.withdraw(ids[0]);
        IStaking.UnbondRequest[] memory open = staking.unbondingOf(alice);
        equal(open.length, 2, "two open");
        equal(open[0].requestId, ids[1], "second");
        equal(open[1].amount, 4 * DOLLAR, "fourth");
        staking.withdraw(ids[1]);
        staking.withdraw(ids[3]);
        equal(staking.unbondingOf(alice).length, 0, "none");
        equal(token.balanceOf(address(staking)), staking.owed(), "held");
    }

    function test_requestUnbond_givenZero_tooMuch_tooMany_refused() external {
        vm.startPrank(alice);
        refuses(IStaking.ZeroAmount.selector);
        staking.requestUnbond(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IStaking.StakeTooSmall.selector, 1000 * DOLLAR, 1000 * DOLLAR + 1));
        staking.requestUnbond(1, 1000 * DOLLAR + 1);
        refuses(IStaking.StakeTooSmall.selector);
        staking.requestUnbond(1, type(uint256).max);
        refuses(IStaking.StakeTooSmall.selector);
        staking.requestUnbond(9, 1);
        for (uint256 i; i < 32; ++i) {
            staking.requestUnbond(1, 1);
        }
        refuses(IStaking.TooManyRequests.selector);
        staking.requestUnbond(1, 1);
    }

    function test_requestUnbond_takesPendingStakeFirst() external {
        stakeAs(alice, 1, 300 * DOLLAR);
        unbondAs(alice, 1, 200 * DOLLAR);
        IStaking.StakeView memory found = staking.stakeOf(alice, 1);
        equal(found.active, 1000 * DOLLAR, "keeps earning");
        equal(found.pending, 100 * DOLLAR, "less pending");
        unbondAs(alice, 1, 200 * DOLLAR);
        equal(staking.stakeOf(alice, 1).active, 900 * DOLLAR, "then active");
    }

    function test_withdraw_whenPausedAndExpired_passes_whenFrozen_not() external {
        uint256 id = unbondAs(alice, 1, 1000 * DOLLAR);
        expire(alice);
        vm.prank(guardian);
        token.pause();
        pass(UNBONDING_SECONDS);
        freeze(alice);
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        vm.prank(alice);
        staking.withdraw(id);
        vm.prank(enforcer);
        identities.unfreeze(alice, "lifted");
        vm.prank(alice);
        staking.withdraw(id);
        equal(token.balanceOf(address(staking)), 0, "all back");
    }

    function test_requestUnbond_whenPausedAndExpired_passes() external {
        expire(alice);
        vm.prank(guardian);
        token.pause();
        unbondAs(alice, 1, 1000 * DOLLAR);
        equal(staking.operatorOf(1).unbonding, 1000 * DOLLAR, "on its way");
    }

    function testFuzz_stakeAndLeave_neverGains(uint256 amount, uint256 cut, uint256 part) external {
        amount = bound(amount, 1, 99_000 * DOLLAR);
        staking.slash(1, bound(cut, 1, 1000 * DOLLAR), "reason", comptroller);
        stakeAs(bob, 1, amount);
        IStaking.StakeView memory found = staking.stakeOf(bob, 1);
        atMost(found.pending, amount, "worth at most what was paid");
        near(found.pending, amount, 1, "and hardly less");
        if (found.pending == 0) return;
        uint256 first = bound(part, 1, found.pending);
        unbondAs(bob, 1, first);
        atMost(first + staking.stakeOf(bob, 1).pending, amount, "still at most that");
    }
}

contract StakingSlashTest is Staked {
    function setUp() public override {
        super.setUp();
        stakeAs(alice, 1, 600 * DOLLAR);
        stakeAs(bob, 1, 400 * DOLLAR);
        finishEpoch(0);
    }

    function _slash(uint256 amount) private {
        vm.prank(address(registry));
        staking.slash(1, amount, "two digests", comptroller);
    }

    function _postBond(uint256 amount) private {
        vm.prank(carol);
        token.approve(address(staking), type(uint256).max);
        vm.prank(carol);
        staking.postBond(1, amount);
    }

    function test_slash_takesTheBondFirst() external {
        _postBond(50 * DOLLAR);
        _slash(50 * DOLLAR);
        equal(staking.operatorOf(1).bond, 0, "bond");
        equal(staking.totalStaked(), 1000 * DOLLAR, "no delegator");
        _slash(100 * DOLLAR);
        equal(staking.stakeOf(alice, 1).active, 540 * DOLLAR, "then by stake");
        equal(staking.stakeOf(bob, 1).active, 360 * DOLLAR, "then by stake");
        staking.collectSlashed(comptroller);
        equal(token.balanceOf(comptroller), 150 * DOLLAR, "collected");
        equal(token.balanceOf(address(staking)), staking.owed(), "held");
        refuses(IStaking.ZeroAmount.selector);
        staking.collectSlashed(comptroller);
    }

    function test_slash_reachesUnbondingUntilItIsWithdrawable() external {
        uint256 matured = unbondAs(alice, 1, 100 * DOLLAR);
        pass(UNBONDING_SECONDS);
        uint256 immature = unbondAs(bob, 1, 200 * DOLLAR);
        _slash(500 * DOLLAR);
        uint256 afterwards = unbondAs(alice, 1, 100 * DOLLAR);
        pass(UNBONDING_SECONDS);
        uint256 had = token.balanceOf(alice);
        vm.startPrank(alice);
        staking.withdraw(matured);
        equal(token.balanceOf(alice) - had, 100 * DOLLAR, "withdrawable before the slash: untouched");
        staking.withdraw(afterwards);
        equal(token.balanceOf(alice) - had, 200 * DOLLAR, "requested after the slash: untouched");
        vm.stopPrank();
        had = token.balanceOf(bob);
        vm.prank(bob);
        staking.withdraw(immature);
        equal(token.balanceOf(bob) - had, 100 * DOLLAR, "half, as everybody else");
        staking.collectSlashed(comptroller);
        equal(token.balanceOf(comptroller), 450 * DOLLAR, "350 of stake, 100 of unbonding");
        equal(token.balanceOf(address(staking)), staking.owed(), "held");
    }

    function testFuzz_slash_neverToZero_andStakingGoesOn(uint256 amount, uint256 more) external {
        _slash(bound(amount, 1, type(uint128).max));
        isTrue(staking.totalStaked() > 0, "something stays");
        more = bound(more, 1, 90_000 * DOLLAR);
        stakeAs(alice, 1, more);
        near(staking.stakeOf(alice, 1).pending, more, 1, "a later stake is whole");
        epochWith(DOLLAR);
        pass(EPOCH_SECONDS);
        isTrue(claimable(alice, 1) > 0, "and earns");
    }

    function test_slash_ofNothing_refused() external {
        refuses(IStaking.SlashTooLarge.selector);
        staking.slash(2, 1, "empty", comptroller);
        refuses(IStaking.ZeroAmount.selector);
        staking.slash(1, 0, "zero", comptroller);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(issuer);
        staking.slash(1, 1, "not yours", comptroller);
    }

    function test_slash_moreThan255Times_refused() external {
        for (uint256 i; i < 255; ++i) {
            staking.slash(1, 1, "one", comptroller);
        }
        refuses(IStaking.SlashTooLarge.selector);
        staking.slash(1, 1, "one", comptroller);
    }

    function test_slash_ofUnbondingAlone_takesIt() external {
        unbondAs(alice, 1, 600 * DOLLAR);
        uint256 id = unbondAs(bob, 1, 400 * DOLLAR);
        _slash(250 * DOLLAR);
        pass(UNBONDING_SECONDS);
        uint256 had = token.balanceOf(bob);
        vm.prank(bob);
        staking.withdraw(id);
        equal(token.balanceOf(bob) - had, 300 * DOLLAR, "a quarter off");
    }

    function testFuzz_slash_doesNotTouchRewardsEarned(uint256 amount) external {
        epochWith(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        uint256 earned = claimable(alice, 1);
        _slash(bound(amount, 1, 1000 * DOLLAR));
        equal(claimable(alice, 1), earned, "earned is earned");
    }

    function test_returnBond_isTheTimelocks_upToTheBond() external {
        _postBond(50 * DOLLAR);
        refuses(IStaking.BondTooSmall.selector);
        staking.returnBond(1, 51 * DOLLAR, carol);
        uint256 had = token.balanceOf(carol);
        staking.returnBond(1, 50 * DOLLAR, carol);
        equal(token.balanceOf(carol) - had, 50 * DOLLAR, "back");
        refuses(IStaking.ZeroAmount.selector);
        staking.postBond(1, 0);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(carol);
        staking.returnBond(1, 1, carol);
    }
}
