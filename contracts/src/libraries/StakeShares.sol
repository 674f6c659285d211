// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Division} from "./Division.sol";

/// @title Shares of an operator's assets
/// @notice Rounding: shares bought round down, shares sold and whatever a slash cuts round up. Nobody who stays pays for it.
library StakeShares {
    /// the share rate never falls below one millionth
    uint256 internal constant MAX_SHARES_PER_UNIT = 1e6;

    function bought(uint256 amount, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return assets == 0 ? amount : amount * shares / assets;
    }

    function worth(uint256 held, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return held == 0 ? 0 : held * assets / shares;
    }

    /// The shares that leave with an amount below the worth of what is held.
    function sold(uint256 amount, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return Division.up(amount * shares, assets);
    }

    /// What a slash of `part` of `whole` takes from an amount within the whole.
    function cut(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Division.up(amount * part, whole);
    }

    /// The most a slash may take of `whole`, the assets and what unbonds, for the share rate to hold.
    function slashable(uint256 assets, uint256 shares, uint256 whole) internal pure returns (uint256) {
        return (assets - Division.up(shares, MAX_SHARES_PER_UNIT)) * whole / assets;
    }
}
