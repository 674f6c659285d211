// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Collateral} from "../../src/libraries/Collateral.sol";
import {Division} from "../../src/libraries/Division.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {RateClass} from "../../src/libraries/RateClass.sol";
import {RewardIndex} from "../../src/libraries/RewardIndex.sol";
import {RollingCap} from "../../src/libraries/RollingCap.sol";
import {StakeShares} from "../../src/libraries/StakeShares.sol";

// Bar C8: for each function here z3 proves, for every value within the `require`s, that no assertion fails and no
// arithmetic overflows, underflows or divides by zero, here or in the libraries that it calls as they are. All but the last
// assertions of a function may be steps that the prover needs on its way.

/// Taxes: each line is the exact rate rounded down, and the lines sum to the base.
contract ProofOfSplit {
    function linesSumToTheBase(uint256 base, uint24 rateClass) external pure {
        require(base <= type(uint104).max);
        require(RateClass.halfPoints(rateClass) <= RateClass.MAX_HALF_POINTS);
        RateClass.Lines memory lines = RateClass.split(base, rateClass);
        assert(lines.federal + lines.state + lines.local + lines.net == base);
        uint256 exact = base * (rateClass >> 16);
        assert(lines.federal * 200 <= exact && exact < (lines.federal + 1) * 200);
        exact = base * uint8(rateClass >> 8);
        assert(lines.state * 200 <= exact && exact < (lines.state + 1) * 200);
        exact = base * uint8(rateClass);
        assert(lines.local * 200 <= exact && exact < (lines.local + 1) * 200);
    }
}

/// The operator's fee: never above its rate nor the gross, and fee and base are the whole gross.
contract ProofOfCommission {
    function feeAndBaseAreTheGross(uint256 gross, uint256 commissionBps) external pure {
        require(gross <= type(uint56).max && commissionBps <= 3_000);
        uint256 fee = RewardIndex.feeOf(gross, commissionBps);
        assert(fee * 10_000 <= gross * commissionBps && gross * commissionBps < (fee + 1) * 10_000);
        assert(fee <= gross && (gross - fee) + fee == gross);
    }
}

/// The drip: never more than was funded, all of it at the end, never less later than sooner.
contract ProofOfDrip {
    function dripping(uint256 amount, uint256 from, uint256 end, uint256 sooner, uint256 later) external pure {
        require(amount <= type(uint56).max && end <= type(uint40).max);
        require(from <= sooner && sooner <= later && later <= type(uint40).max);
        uint256 one = RewardIndex.dripped(amount, from, end, sooner);
        uint256 other = RewardIndex.dripped(amount, from, end, later);
        assert(one <= amount && other <= amount);
        assert(later < end || other == amount);
        assert(one <= other);
    }
}

/// The index: never falls, stays within its slot, and takes no more from the drip than was there.
contract ProofOfIndex {
    function raising(uint256 index, uint256 amount, uint256 earning) external pure {
        require(index <= type(uint104).max && amount <= type(uint56).max);
        require(0 < earning && earning <= type(uint88).max);
        (uint256 to, uint256 used) = RewardIndex.raised(index, amount, earning);
        assert(index <= to && to <= type(uint104).max);
        assert((to - index) * earning <= amount * RewardIndex.SCALE);
        assert((to - index) * earning <= used * RewardIndex.SCALE);
        assert(used * RewardIndex.SCALE < (to - index) * earning + RewardIndex.SCALE);
        assert(used * RewardIndex.SCALE < (amount + 1) * RewardIndex.SCALE);
        assert(used <= amount);
    }
}

/// What positions may claim, at any index since they started at another, is within what left the drip for them.
contract ProofOfClaims {
    /// Two positions claim no more than both as one would: so, one after another, any number of them.
    function twoClaimNoMoreThanOne(uint256 one, uint256 other, uint256 from, uint256 to) external pure {
        require(one <= type(uint80).max && other <= type(uint80).max);
        require(from <= to && to <= type(uint104).max);
        assert(RewardIndex.earned(one, to) + RewardIndex.earned(other, to) <= RewardIndex.earned(one + other, to));
        assert(RewardIndex.debtOf(one, from) + RewardIndex.debtOf(other, from) >= RewardIndex.debtOf(one + other, from));
    }

    /// All that earns as one: claims no more than was used up, by one rise of the index.
    function allClaimNoMoreThanWasUsed(uint256 all, uint256 from, uint256 to) external pure {
        require(all <= type(uint88).max && from <= to && to <= type(uint104).max);
        uint256 used = Division.up((to - from) * all, RewardIndex.SCALE);
        uint256 earned = RewardIndex.earned(all, to);
        uint256 debt = RewardIndex.debtOf(all, from);
        assert(earned <= debt + used);
        assert(RewardIndex.owed(all, to, int256(debt)) <= used);
    }

    /// Leaving turns what the leaving shares earned into credit: never more than they earned as one, nor two units less.
    function leavingGainsNothing(uint256 stays, uint256 leaves, uint256 index) external pure {
        require(stays <= type(uint80).max && leaves <= type(uint80).max && index <= type(uint104).max);
        uint256 apart = RewardIndex.earned(leaves, index) + RewardIndex.earned(stays, index);
        uint256 whole = RewardIndex.earned(stays + leaves, index);
        assert(apart <= whole && whole <= apart + 1);
    }
}

/// Shares: staking and leaving never gain, and never cost those who stay.
contract ProofOfShares {
    function staking(uint256 amount, uint256 assets, uint256 shares) external pure {
        require(0 < amount && amount <= type(uint64).max);
        require(0 < assets && assets <= type(uint64).max && 0 < shares && shares <= type(uint88).max);
        uint256 bought = StakeShares.bought(amount, assets, shares);
        assert(bought * assets <= amount * shares);
        assert(bought * (assets + amount) <= amount * (shares + bought));
        assert(assets * (shares + bought) <= (assets + amount) * shares);
        assert(StakeShares.worth(bought, assets + amount, shares + bought) <= amount);
    }

    function leaving(uint256 amount, uint256 held, uint256 assets, uint256 shares) external pure {
        require(0 < assets && assets <= type(uint64).max);
        require(0 < held && held <= shares && shares <= type(uint88).max);
        uint256 worth = StakeShares.worth(held, assets, shares);
        assert(worth * shares <= held * assets);
        require(0 < amount && amount <= worth);
        assert(amount * shares <= held * assets);
        uint256 sold = amount == worth ? held : StakeShares.sold(amount, assets, shares);
        assert(amount * shares <= sold * assets);
        assert(sold <= held);
        assert(amount <= assets);
        assert(assets * (shares - sold) <= (assets - amount) * shares);
    }
}

/// Slashes: never all, never the share rate below one millionth, and of each amount at most the amount.
contract ProofOfSlashes {
    function slashing(uint256 part, uint256 assets, uint256 shares, uint256 unbonding) external pure {
        require(0 < assets && assets <= type(uint64).max && unbonding <= type(uint64).max);
        require(shares <= assets * StakeShares.MAX_SHARES_PER_UNIT);
        uint256 whole = assets + unbonding;
        uint256 most = StakeShares.slashable(assets, shares, whole);
        require(part <= most);
        uint256 mustStay = Division.up(shares, StakeShares.MAX_SHARES_PER_UNIT);
        assert(mustStay <= assets);
        assert(most * assets <= (assets - mustStay) * whole);
        assert(part * assets <= (assets - mustStay) * whole);
        uint256 gone = StakeShares.cut(assets, part, whole);
        assert(gone <= assets - mustStay);
        assert(mustStay <= assets - gone && shares <= mustStay * StakeShares.MAX_SHARES_PER_UNIT);
        assert(shares <= (assets - gone) * StakeShares.MAX_SHARES_PER_UNIT);
    }

    function cutting(uint256 amount, uint256 part, uint256 whole) external pure {
        require(amount <= type(uint64).max && part <= whole && 0 < whole && whole <= type(uint96).max);
        uint256 gone = StakeShares.cut(amount, part, whole);
        assert(amount * part <= amount * whole);
        assert(gone <= amount);
        assert(amount * part <= gone * whole);
    }
}

/// A release: never more than is there, market value stays above lendable value, and beside it never grows.
contract ProofOfRelease {
    function releasing(uint256 market, uint256 lendable, uint256 amount) external pure {
        require(market <= type(uint128).max && lendable <= market && 0 < amount && amount <= lendable);
        assert(market * amount <= market * lendable);
        uint256 gone = Collateral.marketGone(market, lendable, amount);
        assert(market * amount <= gone * lendable);
        assert(gone * lendable < market * amount + lendable);
        assert(gone <= market);
        assert(market * amount <= (market - lendable + amount) * lendable);
        assert(gone * lendable < (market - lendable + amount + 1) * lendable);
        assert(lendable - amount <= market - gone);
        assert((market - gone) * lendable <= market * (lendable - amount));
    }
}

/// Rolling caps, by induction over spends: counters that are right before time passes or something is spent are right after it,
/// three halves in a row hold no more than the limit, and a rolling window touches three at most.
contract ProofOfCap {
    /// `half` stands for any of the three that the counters tell of now.
    function rolling(uint256 half, uint256 then, uint256 today, uint64 current, uint64 previous, uint64 older)
        external
        pure
    {
        require(2 <= then && then <= today && today <= type(uint48).max && half <= today && today <= half + 2);
        (uint64 a, uint64 b, uint64 c) = RollingCap.rolled(today - then, current, previous, older);
        uint256 spent;
        if (half == then) spent = current;
        if (half + 1 == then) spent = previous;
        if (half + 2 == then) spent = older;
        assert((half == today ? a : half + 1 == today ? b : c) == spent);
    }

    function spending(uint256 limit, uint256 amount, uint64 current, uint64 previous, uint64 older) external pure {
        require(limit <= type(uint64).max && amount <= RollingCap.free(limit, current, previous, older));
        assert(amount == 0 || uint256(current) + amount + previous + older <= limit);
        assert(amount == 0 || uint256(current) + amount <= type(uint64).max);
    }

    function hoursTouchThreeHalves(uint256 spentAt, uint256 today) external pure {
        require(spentAt <= today && today - spentAt < 1 hours && today <= type(uint48).max);
        assert(RollingCap.halfOf(today, 1 hours) - RollingCap.halfOf(spentAt, 1 hours) <= 2);
    }

    function daysTouchThreeHalves(uint256 spentAt, uint256 today) external pure {
        require(spentAt <= today && today - spentAt < 1 days && today <= type(uint48).max);
        assert(RollingCap.halfOf(today, 1 days) - RollingCap.halfOf(spentAt, 1 days) <= 2);
    }
}

/// Quorum: the bank never counts for more than a third, nor is it ever enough alone; its parts never more than it.
contract ProofOfQuorum {
    function theBankCountsForAThird(uint256 ofBank, uint256 outside) external pure {
        require(ofBank <= type(uint88).max && outside <= type(uint88).max);
        uint256 counted = Quorum.countedOfBank(ofBank, outside);
        assert(counted <= ofBank && counted * 3 <= counted + outside);
        uint256 needed = Quorum.neededWeight(counted + outside);
        assert(needed * 3 >= (counted + outside) * 2);
        assert(outside == 0 || counted < needed);
    }

    function aPartCountsForNoMoreThanTheWhole(uint256 signed, uint256 ofBank, uint256 counted) external pure {
        require(ofBank <= type(uint88).max && signed <= ofBank && counted <= ofBank);
        uint256 part = Quorum.countedPart(signed, ofBank, counted);
        assert(part <= counted);
        assert(signed != ofBank || part == counted);
    }
}
