// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title One splitter for every payer: gross = operator fee + federal + state + local + net
/// @notice Tax base is gross less operator fee; each tax floors to a token unit; net takes the rest, so the lines always sum to gross.
interface IPayoutSplitter {
    struct Slice {
        uint256 gross;
        uint256 operatorFee;
        uint24 rateClass;
    }

    event PayerSet(address indexed payer, bool allowed);
    event Funded(address indexed payer, uint256 amount);
    event Payout(
        address indexed wallet,
        address indexed payer,
        uint32 indexed operatorId,
        uint256 gross,
        uint256 operatorFee,
        uint256 federal,
        uint256 state,
        uint256 local,
        uint256 net,
        uint24 rateClass,
        uint32 ruleVersion
    );
    event OperatorFeePaid(uint32 indexed operatorId, address indexed to, uint256 amount);
    event TaxSwept(uint256 federal, uint256 state, uint256 local);

    error NotAPayer(address payer);
    error NotFunded(uint256 funded, uint256 wanted);
    error NothingToPay();

    /// only a payer; the gross was funded before
    function pay(address wallet, uint32 operatorId, Slice[] calldata slices) external returns (uint256 net);
    /// only a payer or the EpochManager; pulls the tokens from the caller
    function fund(address payer, uint256 amount) external;
    /// restricted: timelock
    function setPayer(address payer, bool allowed) external;
    /// anyone: moves the three counters to TaxVault
    function sweep() external;
    /// anyone: pays an operator's fee counter to its payout wallet
    function payOperatorFee(uint32 operatorId) external;

    function quote(address wallet, uint256 gross, uint256 operatorFee)
        external
        view
        returns (uint256 federal, uint256 state, uint256 local, uint256 net);
    function unswept() external view returns (uint256 federal, uint256 state, uint256 local);
    function operatorFees(uint32 operatorId) external view returns (uint256);
    function fundedBy(address payer) external view returns (uint256);
}
