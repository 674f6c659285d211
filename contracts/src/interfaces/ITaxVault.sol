// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Tax withheld from self-custody payouts, by level
/// @notice Only remittance, or a release to its payer, takes anything out; the split per authority is the ledger's.
interface ITaxVault {
    enum Level {
        Federal,
        State,
        Local
    }

    event Deposited(uint256 federal, uint256 state, uint256 local);
    event Remitted(Level indexed level, address indexed to, uint256 amount, bytes32 indexed remittanceId);
    event ReleasedToPayer(Level indexed level, address indexed wallet, uint256 amount, bytes32 indexed releaseId);

    error OnlySplitter();
    error NotABody(address to);
    error TooLittle(Level level, uint256 held, uint256 wanted);
    error IdUsed(bytes32 id);
    error ZeroAmount();

    function deposit(uint256 federal, uint256 state, uint256 local) external;
    /// restricted: remitter; `to` must be a state body or the bank's remittance wallet of kind StateBody
    function remit(Level level, address to, uint256 amount, bytes32 remittanceId) external;
    /// restricted: remitter
    function releaseToPayer(Level level, address wallet, uint256 amount, bytes32 releaseId) external;
    function held(Level level) external view returns (uint256);
}
