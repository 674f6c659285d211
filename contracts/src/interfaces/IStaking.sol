// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Stake per operator; rewards by index in O(1), dripped over the next epoch
/// @notice Holds principal only; reward tokens lie in the PayoutSplitter.
interface IStaking {
    struct StakeView {
        uint256 active;
        uint256 pending;
        /// epoch from which the pending part earns
        uint64 earnsFromEpoch;
        /// accrued so far, before and of operator fee
        uint256 claimableGross;
        uint256 claimableFee;
    }

    struct UnbondRequest {
        uint256 requestId;
        uint32 operatorId;
        /// before any slash that still may come
        uint256 amount;
        uint64 withdrawableAt;
    }

    struct OperatorView {
        address payoutWallet;
        uint16 commissionBps;
        bool open;
        uint256 active;
        uint256 pending;
        uint256 unbonding;
        uint256 rewardPerSecond;
        uint64 dripEndsAt;
        /// the operator's own, slashed before any delegator
        uint256 bond;
    }

    event OperatorSet(uint32 indexed operatorId, address payoutWallet, uint16 commissionBps, bool open);
    event Staked(address indexed wallet, uint32 indexed operatorId, uint256 amount, uint64 earnsFromEpoch);
    event UnbondRequested(
        address indexed wallet,
        uint32 indexed operatorId,
        uint256 indexed requestId,
        uint256 amount,
        uint64 withdrawableAt
    );
    event Withdrawn(address indexed wallet, uint32 indexed operatorId, uint256 indexed requestId, uint256 amount);
    event RewardDistributed(
        uint32 indexed operatorId, uint64 indexed epoch, uint256 gross, uint256 operatorFee, uint64 dripEndsAt
    );
    /// what falls on unbonding follows as each request is withdrawn
    event Slashed(uint32 indexed operatorId, uint256 fromBond, uint256 fromStake, bytes32 reason, address to);
    event SlashCollected(address indexed to, uint256 amount);
    event BondPosted(uint32 indexed operatorId, address indexed from, uint256 amount);
    event BondReturned(uint32 indexed operatorId, address indexed to, uint256 amount);

    error ZeroAmount();
    error UnknownOperator(uint32 operatorId);
    error OperatorClosed(uint32 operatorId);
    error StakeTooSmall(uint256 staked, uint256 wanted);
    error UnknownRequest(uint256 requestId);
    error NotYetWithdrawable(uint64 withdrawableAt);
    error NothingToClaim();
    error TooManyRequests();
    error OnlyEpochManager();
    error OnlyIdentityRegistry();
    error WrongEpoch(uint64 wanted, uint64 current);
    error LengthMismatch();
    error BadOperator(uint32 operatorId);
    error BondTooSmall(uint256 bond, uint256 wanted);
    error SlashTooLarge();
    error CommissionTooHigh(uint256 bps);

    function stake(uint32 operatorId, uint256 amount) external;
    function stakeWithPermit(uint32 operatorId, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
    function requestUnbond(uint32 operatorId, uint256 amount) external returns (uint256 requestId);
    function withdraw(uint256 requestId) external;
    function claim(uint32 operatorId) external;
    /// pays only the wallet itself
    function claimFor(address wallet, uint32 operatorId) external;

    /// only EpochManager: closes the epoch for accrual and starts the drip of what was moved to the splitter
    function onEpochFinal(uint64 epoch, uint32[] calldata operatorIds, uint256[] calldata gross) external;
    /// restricted: ValidatorRegistry
    function setOperator(uint32 operatorId, address payoutWallet, uint16 commissionBps, bool open) external;
    /// restricted: ValidatorRegistry. Bond first, then stake and immature unbonding in equal parts; takes less than `amount`
    /// rather than let the share rate reach zero.
    function slash(uint32 operatorId, uint256 amount, bytes32 reason, address to) external;
    /// anyone: moves what was slashed to the account named in the slash
    function collectSlashed(address to) external;
    /// anyone verified: adds to an operator's bond
    function postBond(uint32 operatorId, uint256 amount) external;
    /// restricted: ValidatorRegistry
    function returnBond(uint32 operatorId, uint256 amount, address to) external;
    /// only IdentityRegistry: the wallet's class changes at `epoch`; false when the wallet has no position to split
    function noteRateChange(address wallet, uint64 epoch) external returns (bool);

    function stakeOf(address wallet, uint32 operatorId) external view returns (StakeView memory);
    function unbondingOf(address wallet) external view returns (UnbondRequest[] memory);
    function operatorOf(uint32 operatorId) external view returns (OperatorView memory);
    function operatorIds() external view returns (uint32[] memory);
    /// epoch now open for accrual; the first is 1
    function currentEpoch() external view returns (uint64);
    function unbondingSeconds() external view returns (uint64);
    function totalStaked() external view returns (uint256);
    /// stake that earns in the next epoch: the weight by which an epoch's reward is shared
    function stakeOfOperator(uint32 operatorId) external view returns (uint256);
    /// of the operators 1 to `count`, each at the place of its id: the bond, and bond and stake together
    function bondsAndWeights(uint256 count) external view returns (uint256[] memory bonds, uint256[] memory weights);
    /// bonds, stake, unbonding and slashed tokens not yet collected: what this contract must hold
    function owed() external view returns (uint256);
}
