// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Division} from "./Division.sol";

/// @title What leaves a position of the reserve
library Collateral {
    /// Rounding: market value leaves in proportion to lendable value, rounded up, so that what stays is never overstated.
    function marketGone(uint256 marketValue, uint256 lendableValue, uint256 amount) internal pure returns (uint256) {
        return Division.up(marketValue * amount, lendableValue);
    }
}
