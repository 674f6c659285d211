// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The state token: 6 decimals, one dollar at issue and at redemption
/// @notice ERC-20 with permit and ERC-7943 (uRWA); transfer moves exactly the amount.
interface IStateToken {
    event Issued(
        bytes32 indexed issuanceId, bytes32 indexed positionId, address indexed to, uint256 gross, uint256 fee
    );
    event Redeemed(bytes32 indexed redemptionId, address indexed holder, uint256 gross, uint256 fee);
    event FeesSet(uint16 issuanceFeeBps, uint16 redemptionFeeBps);
    event MintCapSet(uint256 perHour, uint256 perDay);
    event ForcedUnderOrder(address indexed from, address indexed to, uint256 amount, bytes32 indexed orderHash);

    error ZeroAmount();
    error NotVerified(address wallet);
    error InsufficientUnfrozen(address wallet, uint256 unfrozen, uint256 amount);
    error IssuanceUsed(bytes32 issuanceId);
    error RedemptionUsed(bytes32 redemptionId);
    error FeeTooHigh(uint256 bps);

    /// restricted: issuer. Fee = gross * issuanceFeeBps / 10,000 rounded up, minted to the fee pot; the rest to `to`.
    function mint(address to, uint256 gross, bytes32 positionId, bytes32 issuanceId) external;
    /// Holder's own call. Fee (rounded up) moves to the fee pot, the rest is burned; dollars are credited once final.
    function redeem(uint256 gross, bytes32 redemptionId) external;
    /// restricted: enforcer
    function forcedTransferUnderOrder(address from, address to, uint256 amount, bytes32 orderHash) external;
    /// restricted: guardian. Exits (own claims, own withdrawals, redemption) are never paused.
    function pause() external;
    /// restricted: timelock
    function unpause() external;
    /// restricted: timelock
    function setFees(uint16 issuanceFeeBps, uint16 redemptionFeeBps) external;

    function issuanceFeeBps() external view returns (uint16);
    function redemptionFeeBps() external view returns (uint16);
}
