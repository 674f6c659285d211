// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Withholding classes: 0xFFSSLL, federal, state and local in half percentage points
/// @notice Rounding: each line floors, net takes the rest, so the lines always sum to the base.
library RateClass {
    /// 60%: above the highest federal, state and local rates together
    uint256 internal constant MAX_HALF_POINTS = 120;
    uint256 private constant HALF_POINTS_IN_ALL = 200;

    struct Lines {
        uint256 federal;
        uint256 state;
        uint256 local;
        uint256 net;
    }

    function halfPoints(uint24 rateClass) internal pure returns (uint256) {
        return uint256(rateClass >> 16) + uint8(rateClass >> 8) + uint8(rateClass);
    }

    function split(uint256 base, uint24 rateClass) internal pure returns (Lines memory lines) {
        lines.federal = base * (rateClass >> 16) / HALF_POINTS_IN_ALL;
        lines.state = base * uint8(rateClass >> 8) / HALF_POINTS_IN_ALL;
        lines.local = base * uint8(rateClass) / HALF_POINTS_IN_ALL;
        lines.net = base - lines.federal - lines.state - lines.local;
    }
}
