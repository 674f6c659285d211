// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Vm} from "./Vm.sol";

abstract contract TestBase {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// Fits any number into [low, high], edges included as often as by chance alone.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (value >= low && value <= high) return value;
        uint256 size = high - low + 1;
        return size == 0 ? value : low + value % size;
    }

    function refuses(bytes4 selector) internal {
        vm.expectPartialRevert(selector);
    }

    function isTrue(bool condition, string memory why) internal pure {
        vm.assertTrue(condition, why);
    }

    function equal(uint256 left, uint256 right, string memory why) internal pure {
        vm.assertEq(left, right, why);
    }

    function equal(address left, address right, string memory why) internal pure {
        vm.assertEq(left, right, why);
    }

    function equal(bytes32 left, bytes32 right, string memory why) internal pure {
        vm.assertEq(left, right, why);
    }

    function atMost(uint256 left, uint256 right, string memory why) internal pure {
        vm.assertLe(left, right, why);
    }

    function near(uint256 left, uint256 right, uint256 most, string memory why) internal pure {
        vm.assertApproxEqAbs(left, right, most, why);
    }
}
