// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Division that rounds up, in words that a prover can read
library Division {
    function up(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return a == 0 ? 0 : (a - 1) / b + 1;
        }
    }
}
