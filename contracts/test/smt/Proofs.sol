// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RateClass} from "../../src/libraries/RateClass.sol";

// Bar C8: for each function here z3 proves, for every value within the `require`s, that no assertion fails and no
// arithmetic overflows, underflows or divides by zero. Libraries are called as they are. What is private in a contract stands
// here between "from" and "end" marks, word for word but for `private`: the bar compares it with the source before it asks
// for a proof.

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
    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_COMMISSION_BPS = 3_000;

    struct Terms {
        uint16 commissionBps;
    }

    function feeAndBaseAreTheGross(uint256[1] calldata gross, Terms calldata operator) external pure {
        require(gross[0] <= type(uint56).max && operator.commissionBps <= MAX_COMMISSION_BPS);
        uint256 i = 0;
        // from src/Staking.sol
        uint256 fee = gross[i] * operator.commissionBps / BPS;
        // end
        assert(fee * BPS <= gross[0] * operator.commissionBps);
        assert(gross[0] * operator.commissionBps < (fee + 1) * BPS);
        assert(fee <= gross[0] && (gross[0] - fee) + fee == gross[0]);
    }
}
