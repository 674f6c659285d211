// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Division} from "./Division.sol";

/// @title What makes an epoch final
/// @notice Two thirds of the counted weight and a majority of the outside operators, of whom there are at least three. The
/// bank, its affiliates and all stake delegated to them count for at most one third together, however much they hold.
library Quorum {
    uint256 internal constant MIN_SEATS = 4;
    uint256 internal constant MIN_OUTSIDE = 3;

    /// What `ofBank` counts for beside `outside`: a third of the sum of the two at most.
    function countedOfBank(uint256 ofBank, uint256 outside) internal pure returns (uint256) {
        uint256 half = outside / 2;
        return ofBank < half ? ofBank : half;
    }

    /// The counted part of what some of the bank's operators signed with; all of them count for all of it.
    function countedPart(uint256 signed, uint256 ofBank, uint256 counted) internal pure returns (uint256) {
        return ofBank == 0 ? 0 : signed * counted / ofBank;
    }

    function neededWeight(uint256 total) internal pure returns (uint256) {
        return Division.up(total * 2, 3);
    }

    function neededOutside(uint256 outsideSeats) internal pure returns (uint256) {
        return outsideSeats / 2 + 1;
    }
}
