// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Division} from "./Division.sol";

/// @title Reward per share, scaled by SCALE
/// @notice Rounding: what leaves the drip rounds up, what a position may claim rounds down.
library RewardIndex {
    uint256 internal constant SCALE = 1e18;
    uint256 private constant BPS = 10_000;
    uint256 private constant HIGHEST = type(uint104).max;

    function feeOf(uint256 gross, uint256 commissionBps) internal pure returns (uint256) {
        return gross * commissionBps / BPS;
    }

    /// What has dripped at `time` of an amount that drips evenly since `from` until `end`.
    function dripped(uint256 amount, uint256 from, uint256 end, uint256 time) internal pure returns (uint256) {
        return time < end ? amount * (time - from) / (end - from) : amount;
    }

    /// The index when `amount` falls to all that earns, and what of the amount this takes.
    function raised(uint256 index, uint256 amount, uint256 earning) internal pure returns (uint256, uint256) {
        uint256 rise = amount * SCALE / earning;
        uint256 room = HIGHEST - index;
        rise = rise < room ? rise : room;
        return (index + rise, Division.up(rise * earning, SCALE));
    }

    function earned(uint256 shares, uint256 index) internal pure returns (uint256) {
        return shares * index / SCALE;
    }

    /// What shares that start at an index would have earned before it.
    function debtOf(uint256 shares, uint256 index) internal pure returns (uint256) {
        return Division.up(shares * index, SCALE);
    }

    /// Leaving shares turn what they earned into credit, and rounding may leave a position a unit short: then it waits.
    function owed(uint256 shares, uint256 index, int256 debt) internal pure returns (uint256) {
        int256 left = int256(earned(shares, index)) - debt;
        return left > 0 ? uint256(left) : 0;
    }
}
