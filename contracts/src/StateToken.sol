// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessManagedUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {
    ERC20PermitUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEpochManager} from "./interfaces/IEpochManager.sol";
import {IERC7943Fungible} from "./interfaces/IERC7943Fungible.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {IStateToken} from "./interfaces/IStateToken.sol";
import {RollingCap} from "./libraries/RollingCap.sol";

/// @title The state token
/// @notice Who may move what:
///   holder -> holder    both verified, not paused, within what is not frozen
///   holder -> system    only pulled by that system contract (stake, pay a fee), same checks on the holder
///   staking, splitter -> holder   an exit: always, unless the identity is frozen
///   other system -> holder        as an exit, but not while paused
/// System contracts are fixed in the code of this implementation, so that no operating key can cut an exit off.
contract StateToken is
    ERC20PermitUpgradeable,
    PausableUpgradeable,
    AccessManagedUpgradeable,
    UUPSUpgradeable,
    IStateToken
{
    using RollingCap for RollingCap.Cap;
    using SafeCast for uint256;

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_FEE_BPS = 200;

    struct System {
        IIdentityRegistry identityRegistry;
        IReserveRegistry reserveRegistry;
        IEpochManager epochManager;
        address staking;
        address payoutSplitter;
        address taxVault;
    }

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IIdentityRegistry private immutable IDENTITIES;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IReserveRegistry private immutable RESERVES;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IEpochManager private immutable EPOCHS;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable STAKING;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable SPLITTER;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable TAX_VAULT;

    uint16 public issuanceFeeBps;
    uint16 public redemptionFeeBps;
    RollingCap.Cap private _mintCap;
    RollingCap.Cap private _forcedCap;
    mapping(address account => uint256) private _frozen;
    mapping(bytes32 issuanceId => bool) private _issued;
    mapping(bytes32 redemptionId => bool) private _redeemed;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(System memory system) {
        IDENTITIES = system.identityRegistry;
        RESERVES = system.reserveRegistry;
        EPOCHS = system.epochManager;
        STAKING = system.staking;
        SPLITTER = system.payoutSplitter;
        TAX_VAULT = system.taxVault;
        _disableInitializers();
    }

    function initialize(
        address authority,
        string calldata tokenName,
        string calldata tokenSymbol,
        uint16 issuanceBps,
        uint16 redemptionBps,
        uint256 capPerHour,
        uint256 capPerDay
    ) external initializer {
        __ERC20_init(tokenName, tokenSymbol);
        __ERC20Permit_init(tokenName);
        __Pausable_init();
        __AccessManaged_init(authority);
        _setFees(issuanceBps, redemptionBps);
        _setMintCap(capPerHour, capPerDay);
        _setForcedCap(capPerHour, capPerDay);
    }

    // ---- issue and redeem

    function mint(address to, uint256 gross, bytes32 positionId, bytes32 issuanceId) external restricted whenNotPaused {
        if (gross == 0) revert ZeroAmount();
        if (issuanceId == 0) revert ZeroId();
        if (_issued[issuanceId]) revert IssuanceUsed(issuanceId);
        if (_isSystem(to)) revert UseItsOwnFunction(to);
        if (!IDENTITIES.isVerified(to)) revert ERC7943CannotReceive(to);
        if (EPOCHS.isOverdue()) revert BooksNotFinal();
        _issued[issuanceId] = true;
        _mintCap.spend(gross);
        RESERVES.consume(positionId, gross, totalSupply() + gross);

        uint256 fee = Math.mulDiv(gross, issuanceFeeBps, BPS, Math.Rounding.Ceil);
        _mint(to, gross - fee);
        if (fee > 0) {
            _mint(address(EPOCHS), fee);
            EPOCHS.noteFee(IEpochManager.FeeKind.Issuance, to, fee, issuanceId);
        }
        emit Issued(issuanceId, positionId, to, gross, fee);
    }

    function redeem(uint256 gross, bytes32 redemptionId) external {
        if (gross == 0) revert ZeroAmount();
        if (redemptionId == 0) revert ZeroId();
        if (_redeemed[redemptionId]) revert RedemptionUsed(redemptionId);
        address holder = _msgSender();
        if (!IDENTITIES.mayExit(holder)) revert ERC7943CannotSend(holder);
        _requireUnfrozen(holder, gross);
        _redeemed[redemptionId] = true;

        uint256 fee = Math.mulDiv(gross, redemptionFeeBps, BPS, Math.Rounding.Ceil);
        _burn(holder, gross - fee);
        if (fee > 0) {
            super._update(holder, address(EPOCHS), fee);
            EPOCHS.noteFee(IEpochManager.FeeKind.Redemption, holder, fee, redemptionId);
        }
        emit Redeemed(redemptionId, holder, gross, fee);
    }

    // ---- enforcement (ERC-7943)

    function forcedTransferUnderOrder(address from, address to, uint256 amount, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert ZeroId();
        _forcedCap.spend(amount);
        _forcedTransfer(from, to, amount);
        emit ForcedUnderOrder(from, to, amount, orderHash);
    }

    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        _forcedTransfer(from, to, amount);
        return true;
    }

    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        _frozen[account] = amount;
        emit Frozen(account, amount);
        return true;
    }

    function getFrozenTokens(address account) external view returns (uint256) {
        return _frozen[account];
    }

    function canSend(address account) public view returns (bool) {
        if (account == STAKING || account == SPLITTER) return true;
        return !paused() && (_isSystem(account) || IDENTITIES.isVerified(account));
    }

    function canReceive(address account) public view returns (bool) {
        return _isSystem(account) || IDENTITIES.isVerified(account);
    }

    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        if (!canSend(from) || balanceOf(from) < amount) return false;
        if (_isSystem(from)) return _isSystem(to) || IDENTITIES.mayExit(to);
        return canReceive(to) && _unfrozen(from) >= amount;
    }

    // ---- switches and figures

    function pause() external restricted {
        _pause();
    }

    function unpause() external restricted {
        _unpause();
    }

    function setFees(uint16 issuanceBps, uint16 redemptionBps) external restricted {
        _setFees(issuanceBps, redemptionBps);
    }

    function setMintCap(uint256 perHour, uint256 perDay) external restricted {
        _setMintCap(perHour, perDay);
    }

    function setForcedCap(uint256 perHour, uint256 perDay) external restricted {
        _setForcedCap(perHour, perDay);
    }

    function mintable() external view returns (uint256) {
        return _mintCap.left();
    }

    function decimals() public pure override(ERC20Upgradeable, IERC20Metadata) returns (uint8) {
        return 6;
    }

    function nonces(address owner) public view override(ERC20PermitUpgradeable, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC7943Fungible).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    // ---- inside

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0)) _requireAllowed(from, to, amount);
        super._update(from, to, amount);
    }

    function _requireAllowed(address from, address to, uint256 amount) private view {
        if (from != STAKING && from != SPLITTER) _requireNotPaused();
        bool toSystem = _isSystem(to);
        if (_isSystem(from)) {
            if (!toSystem && !IDENTITIES.mayExit(to)) revert ERC7943CannotReceive(to);
            return;
        }
        if (!IDENTITIES.isVerified(from)) revert ERC7943CannotSend(from);
        if (toSystem) {
            if (_msgSender() != to) revert UseItsOwnFunction(to);
        } else if (!IDENTITIES.isVerified(to)) {
            revert ERC7943CannotReceive(to);
        }
        _requireUnfrozen(from, amount);
    }

    /// A balance that is simply too small is left to ERC-20's own error.
    function _requireUnfrozen(address account, uint256 amount) private view {
        if (_frozen[account] == 0 || amount > balanceOf(account)) return;
        uint256 unfrozen = _unfrozen(account);
        if (amount > unfrozen) revert ERC7943InsufficientUnfrozenBalance(account, amount, unfrozen);
    }

    function _unfrozen(address account) private view returns (uint256) {
        uint256 balance = balanceOf(account);
        uint256 frozen = _frozen[account];
        return balance > frozen ? balance - frozen : 0;
    }

    /// Frozen tokens go first, so that the rest stays as free as it was.
    function _forcedTransfer(address from, address to, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        if (_isSystem(from) || _isSystem(to)) revert UseItsOwnFunction(_isSystem(from) ? from : to);
        if (!IDENTITIES.isVerified(to)) revert ERC7943CannotReceive(to);
        uint256 frozen = _frozen[from];
        if (frozen > 0) {
            _frozen[from] = frozen > amount ? frozen - amount : 0;
            emit Frozen(from, _frozen[from]);
        }
        super._update(from, to, amount);
        emit ForcedTransfer(from, to, amount);
    }

    function _setFees(uint16 issuanceBps, uint16 redemptionBps) private {
        if (issuanceBps > MAX_FEE_BPS) revert FeeTooHigh(issuanceBps);
        if (redemptionBps > MAX_FEE_BPS) revert FeeTooHigh(redemptionBps);
        issuanceFeeBps = issuanceBps;
        redemptionFeeBps = redemptionBps;
        emit FeesSet(issuanceBps, redemptionBps);
    }

    function _setMintCap(uint256 perHour, uint256 perDay) private {
        _mintCap.perHour = perHour.toUint64();
        _mintCap.perDay = perDay.toUint64();
        emit MintCapSet(perHour, perDay);
    }

    function _setForcedCap(uint256 perHour, uint256 perDay) private {
        _forcedCap.perHour = perHour.toUint64();
        _forcedCap.perDay = perDay.toUint64();
        emit ForcedCapSet(perHour, perDay);
    }

    function _isSystem(address account) private view returns (bool) {
        return account == STAKING || account == SPLITTER || account == address(EPOCHS) || account == TAX_VAULT;
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
