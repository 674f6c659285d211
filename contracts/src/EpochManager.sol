// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEpochManager} from "./interfaces/IEpochManager.sol";
import {IPayoutSplitter} from "./interfaces/IPayoutSplitter.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {IStaking} from "./interfaces/IStaking.sol";

/// @title Epochs
/// @notice The fee pot, and the one way out of it. A proposal is a snapshot of this contract's own counters, so that what
/// was never collected cannot be distributed, whoever signs. What is distributed is shared among the operators
/// that signed, by their stake; while none of them has stake it stays in the pot.
contract EpochManager is AccessManaged, EIP712, IEpochManager {
    using SafeERC20 for IERC20;

    bytes32 private constant EPOCH = keccak256(
        "Epoch(uint64 number,uint256 collected,uint256 distributed,uint256 carried,uint256 supply,uint256 marketValue,uint256 lendableValue,bytes32 dataDigest,bytes32 booksRoot,bytes32 previousDigest,bytes32 parentBlockHash,uint64 proposedAt,uint64 proposedBlock)"
    );
    uint256 private constant MIN_OUTSIDE = 3;
    uint256 private constant MAX_VALIDATORS = 63;

    IERC20 private immutable TOKEN;
    IReserveRegistry private immutable RESERVES;
    IStaking private immutable STAKING;
    IPayoutSplitter private immutable SPLITTER;
    uint64 public immutable epochSeconds;
    /// how long a proposal may wait for its signatures before minting stops
    uint64 public immutable graceSeconds;

    uint256 public feePot;
    bytes32 public dataDigest;
    uint256 private _collected;
    uint256 private _collectedAtLastFinal;
    uint256 private _requests;

    Validator[] private _validators;
    /// place in _validators, from 1
    mapping(address signer => uint256) private _place;
    uint256 private _totalWeight;
    uint256 private _outside;

    Epoch private _epoch;
    bytes32 private _digest;
    uint256 private _collectedAtProposal;
    uint64 private _lastProposalAt;
    uint64 private _waitingSince;

    uint64 private _finalNumber;
    uint64 private _finalAt;
    bytes32 private _finalDigest;

    constructor(
        address authority,
        IERC20 token,
        IReserveRegistry reserves,
        IStaking staking,
        IPayoutSplitter splitter,
        uint64 epochTime,
        uint64 graceTime
    ) AccessManaged(authority) EIP712("Granary EpochManager", "1") {
        TOKEN = token;
        RESERVES = reserves;
        STAKING = staking;
        SPLITTER = splitter;
        epochSeconds = epochTime;
        graceSeconds = graceTime;
        _lastProposalAt = uint64(block.timestamp);
        token.forceApprove(address(splitter), type(uint256).max);
    }

    // ---- fees in

    function noteFee(FeeKind kind, address payer, uint256 amount, bytes32 ref) external {
        if (msg.sender != address(TOKEN)) revert OnlyToken();
        _note(kind, payer, amount, ref);
    }

    function payFee(FeeKind kind, uint256 amount, bytes32 ref) external {
        if (kind == FeeKind.Issuance || kind == FeeKind.Redemption || kind == FeeKind.DataValidation) {
            revert WrongDoorFor(kind);
        }
        _pull(amount);
        _note(kind, msg.sender, amount, ref);
    }

    function requestDataValidation(bytes32 dataRoot, uint256 fee) external returns (uint256 requestId) {
        _pull(fee);
        requestId = ++_requests;
        dataDigest = keccak256(abi.encode(dataDigest, requestId, msg.sender, dataRoot, fee));
        emit DataValidationRequested(requestId, msg.sender, dataRoot, fee);
        _note(FeeKind.DataValidation, msg.sender, fee, dataRoot);
    }

    // ---- propose and finish

    function propose(uint256 distributed, bytes32 booksRoot) external restricted returns (bytes32 digest) {
        if (block.timestamp < nextProposalAt()) revert TooEarly(nextProposalAt());
        if (distributed > feePot) revert MoreThanCollected(distributed, feePot);
        uint256 supply = TOKEN.totalSupply();
        uint256 market = RESERVES.marketTotal();
        if (market < supply) revert Unbacked(supply, market);

        uint256 collected = _collected - _collectedAtLastFinal;
        Epoch memory epoch = Epoch({
            number: _finalNumber + 1,
            collected: collected,
            distributed: distributed,
            carried: feePot - collected,
            supply: supply,
            marketValue: market,
            lendableValue: RESERVES.lendableTotal(),
            dataDigest: dataDigest,
            booksRoot: booksRoot,
            previousDigest: _finalDigest,
            parentBlockHash: blockhash(block.number - 1),
            proposedAt: uint64(block.timestamp),
            proposedBlock: uint64(block.number)
        });
        digest = hashEpoch(epoch);
        _epoch = epoch;
        _digest = digest;
        _collectedAtProposal = _collected;
        _lastProposalAt = uint64(block.timestamp);
        if (_waitingSince == 0) _waitingSince = uint64(block.timestamp);
        emit EpochProposed(epoch.number, digest, epoch);
    }

    function finalize(uint64 number, bytes[] calldata signatures) external {
        if (number <= _finalNumber) revert AlreadyFinal(number);
        if (_digest == 0 || number != _epoch.number) revert NothingProposed(number);
        bytes32 digest = _digest;
        (uint32[] memory signers, uint256 weight) = _requireQuorum(digest, signatures);
        uint256 supply = TOKEN.totalSupply();
        uint256 market = RESERVES.marketTotal();
        if (market < supply) revert Unbacked(supply, market);

        _finalNumber = number;
        _finalAt = uint64(block.timestamp);
        _finalDigest = digest;
        _collectedAtLastFinal = _collectedAtProposal;
        _digest = 0;
        _waitingSince = 0;
        (uint256 distributed, uint256[] memory shares) = _shares(_epoch.distributed, signers);
        if (distributed > 0) {
            feePot -= distributed;
            SPLITTER.fund(address(STAKING), distributed);
        }
        STAKING.onEpochFinal(number, signers, shares);
        emit EpochFinal(number, digest, distributed, weight, signers);
    }

    // ---- validators

    /// The bank's weight may reach one third of all, never more; at least three outside; one signer and one seat an operator.
    function setValidators(Validator[] calldata newValidators) external restricted {
        if (newValidators.length > MAX_VALIDATORS) revert BadValidatorSet();
        for (uint256 i; i < _validators.length; ++i) {
            delete _place[_validators[i].signer];
        }
        delete _validators;
        uint256 total;
        uint256 ofBank;
        uint256 outside;
        uint256 seats;
        for (uint256 i; i < newValidators.length; ++i) {
            Validator calldata v = newValidators[i];
            bool bad = v.signer == address(0) || v.weight == 0 || v.operatorId == 0 || v.operatorId > MAX_VALIDATORS;
            if (bad || _place[v.signer] != 0 || seats >> v.operatorId & 1 == 1) revert BadValidatorSet();
            seats |= 1 << v.operatorId;
            _validators.push(v);
            _place[v.signer] = i + 1;
            total += v.weight;
            if (v.ofBank) ofBank += v.weight;
            else ++outside;
        }
        if (outside < MIN_OUTSIDE || ofBank * 3 > total) revert BadValidatorSet();
        _totalWeight = total;
        _outside = outside;
        emit ValidatorsSet(newValidators);
    }

    // ---- reads

    function validators() external view returns (Validator[] memory) {
        return _validators;
    }

    function proposal() external view returns (Epoch memory epoch, bytes32 digest) {
        return (_epoch, _digest);
    }

    function lastFinal() external view returns (uint64 number, bytes32 digest, uint64 finalAt) {
        return (_finalNumber, _finalDigest, _finalAt);
    }

    function collectedSinceLastFinal() external view returns (uint256) {
        return _collected - _collectedAtLastFinal;
    }

    function nextProposalAt() public view returns (uint64) {
        return _lastProposalAt + epochSeconds;
    }

    function isOverdue() external view returns (bool) {
        return _waitingSince != 0 && block.timestamp > uint256(_waitingSince) + graceSeconds;
    }

    function hashEpoch(Epoch memory epoch) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(EPOCH, epoch)));
    }

    // ---- inside

    function _note(FeeKind kind, address payer, uint256 amount, bytes32 ref) private {
        feePot += amount;
        _collected += amount;
        emit FeeCollected(kind, payer, amount, ref);
    }

    function _pull(uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _requireQuorum(bytes32 digest, bytes[] calldata signatures)
        private
        view
        returns (uint32[] memory signers, uint256 weight)
    {
        signers = new uint32[](signatures.length);
        address last;
        uint256 outside;
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            uint256 place = _place[signer];
            if (place == 0) revert NotAValidator(signer);
            if (signer <= last) revert SignersNotSorted();
            last = signer;
            Validator storage v = _validators[place - 1];
            signers[i] = v.operatorId;
            weight += v.weight;
            if (!v.ofBank) ++outside;
        }
        uint256 neededOutside = _outside / 2 + 1;
        if (outside < neededOutside) revert OutsideMajorityNotReached(outside, neededOutside);
        uint256 neededWeight = (_totalWeight * 2 + 2) / 3;
        if (weight < neededWeight) revert QuorumNotReached(weight, neededWeight);
    }

    /// By stake, floors; the last signer with stake takes the remainder, so that the shares sum to the whole.
    function _shares(uint256 amount, uint32[] memory signers)
        private
        view
        returns (uint256 distributed, uint256[] memory shares)
    {
        shares = new uint256[](signers.length);
        uint256 total;
        uint256 lastStaked;
        for (uint256 i; i < signers.length; ++i) {
            shares[i] = STAKING.stakeOfOperator(signers[i]);
            total += shares[i];
            if (shares[i] > 0) lastStaked = i;
        }
        if (total == 0) return (0, shares);
        uint256 given;
        for (uint256 i; i < signers.length; ++i) {
            shares[i] = amount * shares[i] / total;
            given += shares[i];
        }
        shares[lastStaked] += amount - given;
        return (amount, shares);
    }
}
