// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC7943Fungible} from "./IERC7943Fungible.sol";

/// @title The state token: 6 decimals, one dollar at issue and at redemption
/// @notice ERC-20 with permit and ERC-7943 (uRWA); transfer moves exactly the amount.
interface IStateToken is IERC20Metadata, IERC20Permit, IERC7943Fungible {
    event Issued(
        bytes32 indexed issuanceId, bytes32 indexed positionId, address indexed to, uint256 gross, uint256 fee
    );
    event Redeemed(bytes32 indexed redemptionId, address indexed holder, uint256 gross, uint256 fee);
    event FeesSet(uint16 issuanceFeeBps, uint16 redemptionFeeBps);
    event MintCapSet(uint256 perHour, uint256 perDay);
    event ForcedCapSet(uint256 perHour, uint256 perDay);
    event ForcedUnderOrder(address indexed from, address indexed to, uint256 amount, bytes32 indexed orderHash);

    error ZeroAmount();
    error ZeroId();
    error IssuanceUsed(bytes32 issuanceId);
    error RedemptionUsed(bytes32 redemptionId);
    error FeeTooHigh(uint256 bps);
    /// the amount would exceed what may pass in any rolling hour or day
    error CapExceeded(uint256 left, uint256 wanted);
    /// validators have not finished an epoch in time: no new tokens until they have
    error BooksNotFinal();
    /// tokens enter a system contract only through its own functions
    error UseItsOwnFunction(address system);

    /// restricted: issuer. Fee = gross * issuanceFeeBps / 10,000 rounded up, minted to the fee pot; the rest to `to`.
    function mint(address to, uint256 gross, bytes32 positionId, bytes32 issuanceId) external;
    /// Holder's own call, also while paused or expired. Fee (rounded up) moves to the fee pot, the rest is burned;
    /// dollars are credited once final.
    function redeem(uint256 gross, bytes32 redemptionId) external;
    /// restricted: enforcer, within the forced cap
    function forcedTransferUnderOrder(address from, address to, uint256 amount, bytes32 orderHash) external;
    /// restricted: guardian. Exits (own claims, own withdrawals, redemption) are never paused.
    function pause() external;
    /// restricted: timelock
    function unpause() external;
    /// restricted: timelock
    function setFees(uint16 issuanceFeeBps, uint16 redemptionFeeBps) external;
    /// restricted: timelock
    function setMintCap(uint256 perHour, uint256 perDay) external;
    /// restricted: timelock
    function setForcedCap(uint256 perHour, uint256 perDay) external;

    function issuanceFeeBps() external view returns (uint16);
    function redemptionFeeBps() external view returns (uint16);
    /// what may still be minted now
    function mintable() external view returns (uint256);
}
