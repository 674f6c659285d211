// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStateToken} from "../../src/interfaces/IStateToken.sol";
import {RateClass} from "../../src/libraries/RateClass.sol";
import {RollingCap} from "../../src/libraries/RollingCap.sol";
import {TestBase} from "../utils/TestBase.sol";

contract RateClassTest is TestBase {
    function testFuzz_split_sumsToTheBase(uint128 base, uint24 rateClass) external pure {
        vm.assume(RateClass.halfPoints(rateClass) <= RateClass.MAX_HALF_POINTS);
        RateClass.Lines memory lines = RateClass.split(base, rateClass);
        equal(lines.federal + lines.state + lines.local + lines.net, base, "sum");
    }

    function testFuzz_split_neverWithholdsMoreThanTheRate(uint128 base, uint24 rateClass) external pure {
        vm.assume(RateClass.halfPoints(rateClass) <= RateClass.MAX_HALF_POINTS);
        RateClass.Lines memory lines = RateClass.split(base, rateClass);
        atMost(lines.federal * 200, uint256(base) * (rateClass >> 16), "federal");
        atMost(lines.state * 200, uint256(base) * uint8(rateClass >> 8), "state");
        atMost(lines.local * 200, uint256(base) * uint8(rateClass), "local");
        uint256 withheld = (lines.federal + lines.state + lines.local + 3) * 200;
        atMost(uint256(base) * RateClass.halfPoints(rateClass), withheld, "less than three units short in all");
    }

    function test_split_givenMaryland() external pure {
        RateClass.Lines memory lines = RateClass.split(1_000_000, 0x300b06);
        equal(lines.federal, 240_000, "24%");
        equal(lines.state, 55_000, "5.5%");
        equal(lines.local, 30_000, "3%");
        equal(lines.net, 675_000, "the rest");
    }

    function test_split_givenZero_givenOne() external pure {
        RateClass.Lines memory lines = RateClass.split(0, 0xffffff);
        equal(lines.net, 0, "nothing from nothing");
        lines = RateClass.split(1, 0x300b06);
        equal(lines.net, 1, "a single unit is not split");
    }
}

contract RollingCapTest is TestBase {
    using RollingCap for RollingCap.Cap;

    RollingCap.Cap private _cap;

    function spend(uint256 amount) external {
        _cap.spend(amount);
    }

    /// Any amounts at any times: no rolling hour and no rolling day ever takes more than its cap.
    /// The times and amounts come from one seed: forty pairs as arguments cost ten times the spends themselves.
    /// forge-config: default.fuzz.runs = 100
    /// forge-config: ci.fuzz.runs = 10000
    /// forge-config: deep.fuzz.runs = 100000
    function testFuzz_spend_holdsInEveryRollingWindow(uint256 seed) external {
        (_cap.perHour, _cap.perDay) = (1000, 3000);
        uint256 time = 1_790_000_000;
        uint256[2][] memory spent = new uint256[2][](40);
        uint256[2] memory first;
        uint256[2] memory sum;
        for (uint256 i; i < 40; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            time += uint32(random) % (i % 3 == 0 ? 5 hours : 20 minutes);
            vm.warp(time);
            uint256 amount = uint64(random >> 32) % 700;
            if (amount <= _cap.left()) {
                _cap.spend(amount);
            } else {
                refuses(IStateToken.CapExceeded.selector);
                this.spend(amount);
                amount = 0;
            }
            spent[i] = [time, amount];
            for (uint256 window; window < 2; ++window) {
                sum[window] += amount;
                for (; spent[first[window]][0] + (window == 0 ? 1 hours : 1 days) <= time; ++first[window]) {
                    sum[window] -= spent[first[window]][1];
                }
            }
            atMost(sum[0], 1000, "rolling hour");
            atMost(sum[1], 3000, "rolling day");
        }
    }

    function test_spend_whenTheWindowTurns_isNotDoubled() external {
        (_cap.perHour, _cap.perDay) = (1000, 100_000);
        vm.warp(1_790_000_000 / 1 hours * 1 hours + 1 hours - 1);
        this.spend(1000);
        vm.warp(block.timestamp + 1);
        equal(_cap.left(), 0, "a new clock hour is no new cap");
        vm.warp(block.timestamp + 90 minutes);
        equal(_cap.left(), 1000, "free again");
    }
}
