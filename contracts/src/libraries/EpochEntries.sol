// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RateClass} from "./RateClass.sol";

/// @title What can be read of an epoch's entries on chain
/// @notice Two trees, both of SHA-256 as RFC 6962 hashes it: leaves begin with 0x00, nodes with 0x01, so that neither passes
/// for the other and a path proves that its leaf is in the tree, however large the tree is. Numbers are big-endian.
///
///     entry   "E" id:8 count:1, and for each line: account:20 asset:4 amount:16, signed; the amounts of each asset sum to zero
///     tax     "T" id:8 base:16 class:3 federal:16 state:16 local:16; lines as the class says, each rounded down
///     leaf    SHA-256(0x00 ‖ its bytes); one that begins with another letter is not judged here
///     node    SHA-256(0x01 ‖ left ‖ right)
///     sums    SHA-256(0x01 ‖ left hash ‖ left sum:16 ‖ right hash ‖ right sum:16), signed; a node's sum is that of its children
library EpochEntries {
    uint256 private constant HEAD = 10;
    uint256 private constant LINE = 40;
    uint256 private constant TAX = 76;

    struct SumNode {
        bytes32 hash;
        int128 sum;
    }

    /// From a node to its parent.
    struct SumStep {
        /// what the parent states of the node
        int128 stated;
        SumNode sibling;
        bool siblingIsRight;
    }

    /// Bit n of `rights`: at step n the sibling is the right one.
    function rootOf(bytes calldata leaf, bytes32[] calldata siblings, uint256 rights)
        internal
        pure
        returns (bytes32 place)
    {
        place = sha256(abi.encodePacked(uint8(0), leaf));
        for (uint256 i; i < siblings.length; ++i) {
            place = rights >> i & 1 == 1
                ? sha256(abi.encodePacked(uint8(1), place, siblings[i]))
                : sha256(abi.encodePacked(uint8(1), siblings[i], place));
        }
    }

    function sumNode(SumNode memory left, SumNode memory right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(1), left.hash, left.sum, right.hash, right.sum));
    }

    function sumRootOf(SumNode calldata left, SumNode calldata right, SumStep[] calldata steps)
        internal
        pure
        returns (bytes32 place)
    {
        place = sumNode(left, right);
        for (uint256 i; i < steps.length; ++i) {
            SumNode memory own = SumNode(place, steps[i].stated);
            place = steps[i].siblingIsRight ? sumNode(own, steps[i].sibling) : sumNode(steps[i].sibling, own);
        }
    }

    /// Whether a leaf breaks a rule that is checkable from its bytes alone: no other spelling is a right one.
    function isBad(bytes calldata leaf) internal pure returns (bool) {
        if (leaf.length == 0) return true;
        if (leaf[0] == "E") return !_balances(leaf);
        if (leaf[0] == "T") return !_isTaxed(leaf);
        return false;
    }

    function _balances(bytes calldata leaf) private pure returns (bool) {
        if (leaf.length < HEAD) return false;
        uint256 count = uint8(leaf[9]);
        if (count == 0 || leaf.length != HEAD + count * LINE) return false;
        for (uint256 i; i < count; ++i) {
            int256 sum;
            for (uint256 k; k < count; ++k) {
                if (_asset(leaf, k) == _asset(leaf, i)) sum += _amount(leaf, k);
            }
            if (sum != 0) return false;
        }
        return true;
    }

    function _isTaxed(bytes calldata leaf) private pure returns (bool) {
        if (leaf.length != TAX) return false;
        uint24 rateClass = uint24(bytes3(leaf[25:28]));
        if (RateClass.halfPoints(rateClass) > RateClass.MAX_HALF_POINTS) return false;
        RateClass.Lines memory lines = RateClass.split(uint128(bytes16(leaf[9:25])), rateClass);
        return lines.federal == uint128(bytes16(leaf[28:44])) && lines.state == uint128(bytes16(leaf[44:60]))
            && lines.local == uint128(bytes16(leaf[60:76]));
    }

    function _asset(bytes calldata leaf, uint256 line) private pure returns (bytes4) {
        uint256 place = HEAD + line * LINE + 20;
        return bytes4(leaf[place:place + 4]);
    }

    function _amount(bytes calldata leaf, uint256 line) private pure returns (int256) {
        uint256 place = HEAD + line * LINE + 24;
        return int128(uint128(bytes16(leaf[place:place + 16])));
    }
}
