// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {ITaxVault} from "./interfaces/ITaxVault.sol";

/// @title Tax withheld, until it is remitted
contract TaxVault is AccessManaged, ITaxVault {
    using SafeERC20 for IERC20;

    IERC20 private immutable TOKEN;
    IIdentityRegistry private immutable IDENTITIES;
    address private immutable SPLITTER;

    mapping(Level level => uint256) public held;
    mapping(bytes32 id => bool) private _used;

    constructor(address authority, IERC20 token, IIdentityRegistry identities, address splitter)
        AccessManaged(authority)
    {
        TOKEN = token;
        IDENTITIES = identities;
        SPLITTER = splitter;
    }

    /// The splitter has moved the tokens here in the same call.
    function deposit(uint256 federal, uint256 state, uint256 local) external {
        if (msg.sender != SPLITTER) revert OnlySplitter();
        held[Level.Federal] += federal;
        held[Level.State] += state;
        held[Level.Local] += local;
        emit Deposited(federal, state, local);
    }

    function remit(Level level, address to, uint256 amount, bytes32 remittanceId) external restricted {
        if (IDENTITIES.identityOf(to).kind != IIdentityRegistry.Kind.StateBody) revert NotABody(to);
        _take(level, amount, remittanceId);
        TOKEN.safeTransfer(to, amount);
        emit Remitted(level, to, amount, remittanceId);
    }

    function releaseToPayer(Level level, address wallet, uint256 amount, bytes32 releaseId) external restricted {
        _take(level, amount, releaseId);
        TOKEN.safeTransfer(wallet, amount);
        emit ReleasedToPayer(level, wallet, amount, releaseId);
    }

    function _take(Level level, uint256 amount, bytes32 id) private {
        if (amount == 0) revert ZeroAmount();
        if (_used[id]) revert IdUsed(id);
        uint256 there = held[level];
        if (amount > there) revert TooLittle(level, there, amount);
        _used[id] = true;
        held[level] = there - amount;
    }
}
