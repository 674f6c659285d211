// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStateToken} from "../interfaces/IStateToken.sol";

/// @title Caps that hold in every rolling hour and every rolling day, at window edges too
/// @notice Counts in half windows. A rolling window touches at most three of them, so three are counted: what passes
/// in any hour (day) never exceeds the cap, at the price of a cap that frees again after one to one and a half windows.
library RollingCap {
    using SafeCast for uint256;

    struct Window {
        uint48 half;
        uint64 current;
        uint64 previous;
        uint64 older;
    }

    struct Cap {
        uint128 perHour;
        uint128 perDay;
        Window hour;
        Window day;
    }

    function spend(Cap storage cap, uint256 amount) internal {
        _spend(cap.hour, 1 hours, cap.perHour, amount);
        _spend(cap.day, 1 days, cap.perDay, amount);
    }

    function left(Cap storage cap) internal view returns (uint256) {
        uint256 inHour = _left(_now(cap.hour, 1 hours), cap.perHour);
        uint256 inDay = _left(_now(cap.day, 1 days), cap.perDay);
        return inHour < inDay ? inHour : inDay;
    }

    function halfOf(uint256 time, uint256 length) internal pure returns (uint256) {
        return time / (length / 2);
    }

    /// The three counters when so many halves have passed.
    function rolled(uint256 passed, uint64 current, uint64 previous, uint64 older)
        internal
        pure
        returns (uint64, uint64, uint64)
    {
        if (passed == 0) return (current, previous, older);
        if (passed == 1) return (0, current, previous);
        return (0, 0, passed == 2 ? current : 0);
    }

    function free(uint256 limit, uint64 current, uint64 previous, uint64 older) internal pure returns (uint256) {
        uint256 used = uint256(current) + previous + older;
        return used < limit ? limit - used : 0;
    }

    function _spend(Window storage stored, uint256 length, uint256 limit, uint256 amount) private {
        Window memory window = _now(stored, length);
        uint256 most = _left(window, limit);
        if (amount > most) revert IStateToken.CapExceeded(most, amount);
        window.current += amount.toUint64();
        stored.half = window.half;
        stored.current = window.current;
        stored.previous = window.previous;
        stored.older = window.older;
    }

    function _left(Window memory window, uint256 limit) private pure returns (uint256) {
        return free(limit, window.current, window.previous, window.older);
    }

    function _now(Window memory window, uint256 length) private view returns (Window memory) {
        uint48 half = uint48(halfOf(block.timestamp, length));
        (window.current, window.previous, window.older) =
            rolled(half - window.half, window.current, window.previous, window.older);
        window.half = half;
        return window;
    }
}
