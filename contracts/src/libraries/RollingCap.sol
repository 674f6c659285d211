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
        uint256 inHour = _left(_rolled(cap.hour, 1 hours), cap.perHour);
        uint256 inDay = _left(_rolled(cap.day, 1 days), cap.perDay);
        return inHour < inDay ? inHour : inDay;
    }

    function _spend(Window storage stored, uint256 length, uint256 limit, uint256 amount) private {
        Window memory window = _rolled(stored, length);
        uint256 free = _left(window, limit);
        if (amount > free) revert IStateToken.CapExceeded(free, amount);
        window.current += amount.toUint64();
        stored.half = window.half;
        stored.current = window.current;
        stored.previous = window.previous;
        stored.older = window.older;
    }

    function _left(Window memory window, uint256 limit) private pure returns (uint256) {
        uint256 used = uint256(window.current) + window.previous + window.older;
        return used < limit ? limit - used : 0;
    }

    function _rolled(Window memory window, uint256 length) private view returns (Window memory) {
        uint48 half = uint48(block.timestamp / (length / 2));
        uint256 passed = half - window.half;
        if (passed == 1) (window.current, window.previous, window.older) = (0, window.current, window.previous);
        else if (passed == 2) (window.current, window.previous, window.older) = (0, 0, window.current);
        else if (passed > 2) (window.current, window.previous, window.older) = (0, 0, 0);
        window.half = half;
        return window;
    }
}
