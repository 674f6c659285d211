// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IPayoutSplitter} from "./interfaces/IPayoutSplitter.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {ITaxVault} from "./interfaces/ITaxVault.sol";
import {RateClass} from "./libraries/RateClass.sol";

/// @title The one splitter
/// @notice Holds what payers funded, three tax counters and the operators' fees, and nothing else. Tax goes to counters at a
/// payout and moves to the vault in one sweep, which spares every claim three transfers.
contract PayoutSplitter is AccessManaged, IPayoutSplitter {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// One slot: a claim writes it once.
    struct Taxes {
        uint80 federal;
        uint80 state;
        uint80 local;
    }

    IERC20 private immutable TOKEN;
    IIdentityRegistry private immutable IDENTITIES;
    IStaking private immutable STAKING;
    ITaxVault private immutable TAX_VAULT;
    address private immutable EPOCH_MANAGER;

    Taxes private _taxes;
    mapping(address payer => bool) private _payers;
    mapping(address payer => uint256) public fundedBy;
    mapping(uint32 operatorId => uint256) public operatorFees;

    constructor(
        address authority,
        IERC20 token,
        IIdentityRegistry identities,
        IStaking staking,
        ITaxVault taxVault,
        address epochManager
    ) AccessManaged(authority) {
        TOKEN = token;
        IDENTITIES = identities;
        STAKING = staking;
        TAX_VAULT = taxVault;
        EPOCH_MANAGER = epochManager;
        _setPayer(address(staking), true);
    }

    function fund(address payer, uint256 amount) external {
        if (!_payers[payer]) revert NotAPayer(payer);
        if (msg.sender != payer && msg.sender != EPOCH_MANAGER) revert NotAPayer(msg.sender);
        fundedBy[payer] += amount;
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        emit Funded(payer, amount);
    }

    function pay(address wallet, uint32 operatorId, Slice[] calldata slices) external returns (uint256 net) {
        if (!_payers[msg.sender]) revert NotAPayer(msg.sender);
        uint32 ruleVersion = IDENTITIES.ruleVersion();
        Taxes memory taxes = _taxes;
        uint256 gross;
        uint256 operatorFee;
        for (uint256 i; i < slices.length; ++i) {
            net += _slice(wallet, operatorId, slices[i], taxes, ruleVersion);
            gross += slices[i].gross;
            operatorFee += slices[i].operatorFee;
        }
        uint256 funded = fundedBy[msg.sender];
        if (gross > funded) revert NotFunded(funded, gross);
        fundedBy[msg.sender] = funded - gross;
        _taxes = taxes;
        if (operatorFee > 0) operatorFees[operatorId] += operatorFee;
        TOKEN.safeTransfer(wallet, net);
    }

    function sweep() external {
        Taxes memory taxes = _taxes;
        uint256 sum = uint256(taxes.federal) + taxes.state + taxes.local;
        if (sum == 0) revert NothingToPay();
        delete _taxes;
        TOKEN.safeTransfer(address(TAX_VAULT), sum);
        TAX_VAULT.deposit(taxes.federal, taxes.state, taxes.local);
        emit TaxSwept(taxes.federal, taxes.state, taxes.local);
    }

    function payOperatorFee(uint32 operatorId) external {
        uint256 amount = operatorFees[operatorId];
        if (amount == 0) revert NothingToPay();
        address to = STAKING.operatorOf(operatorId).payoutWallet;
        operatorFees[operatorId] = 0;
        TOKEN.safeTransfer(to, amount);
        emit OperatorFeePaid(operatorId, to, amount);
    }

    function setPayer(address payer, bool allowed) external restricted {
        _setPayer(payer, allowed);
    }

    /// By the class that holds for what is earned from now on.
    function quote(address wallet, uint256 gross, uint256 operatorFee)
        external
        view
        returns (uint256 federal, uint256 state, uint256 local, uint256 net)
    {
        (uint24 rateClass, uint24 next, uint64 fromEpoch) = IDENTITIES.rateClassesOf(wallet);
        if (fromEpoch != 0 && STAKING.currentEpoch() >= fromEpoch) rateClass = next;
        RateClass.Lines memory lines = RateClass.split(gross - operatorFee, rateClass);
        return (lines.federal, lines.state, lines.local, lines.net);
    }

    function unswept() external view returns (uint256 federal, uint256 state, uint256 local) {
        return (_taxes.federal, _taxes.state, _taxes.local);
    }

    function _slice(address wallet, uint32 operatorId, Slice calldata slice, Taxes memory taxes, uint32 ruleVersion)
        private
        returns (uint256)
    {
        RateClass.Lines memory lines = RateClass.split(slice.gross - slice.operatorFee, slice.rateClass);
        taxes.federal += lines.federal.toUint80();
        taxes.state += lines.state.toUint80();
        taxes.local += lines.local.toUint80();
        emit Payout(
            wallet,
            msg.sender,
            operatorId,
            slice.gross,
            slice.operatorFee,
            lines.federal,
            lines.state,
            lines.local,
            lines.net,
            slice.rateClass,
            ruleVersion
        );
        return lines.net;
    }

    function _setPayer(address payer, bool allowed) private {
        _payers[payer] = allowed;
        emit PayerSet(payer, allowed);
    }
}
