// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What OpenZeppelin's Math promises, without its assembly, which the prover cannot read. Proofs see this one in its place;
/// `ProofsTest` fuzzes that both give the same.
library Math {
    enum Rounding {
        Floor,
        Ceil
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    function mulDiv(uint256 x, uint256 y, uint256 denominator, Rounding rounding) internal pure returns (uint256) {
        uint256 product = x * y;
        return rounding == Rounding.Ceil ? ceilDiv(product, denominator) : product / denominator;
    }
}
