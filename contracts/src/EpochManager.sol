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
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title Epochs
/// @notice The fee pot, and the one way out of it. A proposal is a snapshot of this contract's own counters, so that what
/// was never collected cannot be distributed, whoever signs. What is distributed is shared among the operators
/// that signed, by their stake; while none of them has stake it stays in the pot.
///
/// The life of a proposal: commits, until every seat has committed or the window is over; reveals, until every commitment is
/// opened or the window is over; then it is final, a canary, or replaced by the next. Commits close early only when nobody
/// is left to commit: at two thirds, the slowest third would lose its share in every epoch.
///
/// The seats and their weights are those at the proposal: nobody buys weight once a proposal is known.
contract EpochManager is AccessManaged, EIP712, IEpochManager {
    using SafeERC20 for IERC20;

    bytes32 private constant EPOCH = keccak256(
        "Epoch(uint64 number,uint256 collected,uint256 distributed,uint256 carried,uint256 supply,uint256 marketValue,uint256 lendableValue,bytes32 dataDigest,bytes32 booksRoot,bytes32 entriesRoot,bytes32 liabilitiesRoot,uint256 liabilities,bytes32 entriesSeal,bytes32 previousDigest,bytes32 parentBlockHash,uint64 proposedAt,uint64 proposedBlock)"
    );
    bytes32 private constant CANARY = "canary";

    /// The weights that count, in one slot.
    struct Weights {
        uint80 ofBank;
        uint80 outside;
        uint80 countedOfBank;
        uint8 seats;
        uint8 outsideSeats;
    }

    /// Hash of operator, nonce, digest and verdict; `proposal` tells old ones from new, so that the slot is used again.
    struct Commitment {
        bytes24 hash;
        uint64 proposal;
    }

    IERC20 private immutable TOKEN;
    IReserveRegistry private immutable RESERVES;
    IStaking private immutable STAKING;
    IPayoutSplitter private immutable SPLITTER;
    IValidatorRegistry private immutable REGISTRY;
    uint64 public immutable epochSeconds;
    /// how long a proposal may wait for its signatures before minting stops
    uint64 public immutable graceSeconds;

    uint256 public feePot;
    bytes32 public dataDigest;
    uint256 private _collected;
    uint256 private _collectedAtLastFinal;
    uint256 private _requests;

    uint64 private _commitSeconds;
    uint64 private _revealSeconds;
    uint256 public canaryReward;
    uint256 public canaryPot;
    mapping(uint8 operatorId => uint256) public canaryOwed;

    IValidatorRegistry.Seat[] private _seats;
    Weights private _weights;
    Progress private _progress;
    uint64 private _proposals;
    mapping(uint256 operatorId => Commitment) private _commitments;
    mapping(bytes32 digest => Record) private _records;

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
        IValidatorRegistry registry,
        uint64 epochTime,
        uint64 graceTime,
        uint64 commitTime,
        uint64 revealTime
    ) AccessManaged(authority) EIP712("Granary EpochManager", "1") {
        TOKEN = token;
        RESERVES = reserves;
        STAKING = staking;
        SPLITTER = splitter;
        REGISTRY = registry;
        epochSeconds = epochTime;
        graceSeconds = graceTime;
        _lastProposalAt = uint64(block.timestamp);
        _setWindows(commitTime, revealTime);
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

    // ---- propose, commit, reveal

    function propose(uint256 distributed, Batch calldata batch) external restricted returns (bytes32 digest) {
        if (block.timestamp < nextProposalAt()) revert TooEarly(nextProposalAt());
        if (distributed > feePot) revert MoreThanCollected(distributed, feePot);
        (uint256 supply, uint256 market) = _requireBacked();
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
            booksRoot: batch.booksRoot,
            entriesRoot: batch.entriesRoot,
            liabilitiesRoot: batch.liabilitiesRoot,
            liabilities: batch.liabilities,
            entriesSeal: batch.entriesSeal,
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
        _records[digest] = Record(epoch.number, Kind.Proposed, 0);
        ++_proposals;
        _progress = Progress({
            seated: _deal(REGISTRY.roll(epoch.number)),
            committed: 0,
            agreed: 0,
            refused: 0,
            wrong: 0,
            diligent: 0,
            canarySeal: batch.canarySeal,
            commitsClosedAt: 0,
            commitsUntil: epoch.proposedAt + _commitSeconds,
            revealsUntil: epoch.proposedAt + _commitSeconds + _revealSeconds
        });
        emit EpochProposed(epoch.number, digest, epoch);
    }

    function commit(uint256 seat, bytes24 commitment) external {
        uint8 id = _mine(seat);
        Progress storage p = _progress;
        if (p.commitsClosedAt != 0 || block.timestamp > p.commitsUntil) revert CommitsClosedAlready();
        uint128 committed = p.committed;
        if (committed >> id & 1 == 1) revert AlreadyCommitted(id);
        committed |= uint128(1 << id);
        _commitments[id] = Commitment(commitment, _proposals);
        p.committed = committed;
        emit Committed(_epoch.number, id, _digest);
        if (committed == p.seated) {
            p.commitsClosedAt = uint64(block.timestamp);
            p.revealsUntil = uint64(block.timestamp) + _revealSeconds;
            emit CommitsClosed(_epoch.number, _digest, committed);
        }
    }

    function reveal(uint256 seat, bytes32 nonce, bytes32 entries, bytes32 reason) external {
        uint8 id = _mine(seat);
        Progress storage p = _progress;
        if (p.commitsClosedAt == 0 && block.timestamp <= p.commitsUntil) revert CommitsStillOpen(p.commitsUntil);
        uint128 bit = uint128(1 << id);
        if (p.committed & bit == 0) revert NotCommitted(id);
        if ((p.agreed | p.refused | p.wrong) & bit != 0) revert AlreadyRevealed(id);
        bytes24 hash = bytes24(keccak256(abi.encode(id, nonce, entries, reason)));
        if (hash != _commitments[id].hash) revert NotWhatWasCommitted();
        bool isSealed = keccak256(abi.encode(entries)) == _epoch.entriesSeal;
        if (reason == 0) {
            if (isSealed) p.agreed |= bit;
            else p.wrong |= bit;
        } else {
            p.refused |= bit;
            if (isSealed) p.diligent |= bit;
        }
        emit Revealed(_epoch.number, id, _digest, entries, reason);
    }

    // ---- finish

    function finalize(uint64 number, uint256 signers, bytes[] calldata signatures, bytes32 salt) external {
        if (number <= _finalNumber) revert AlreadyFinal(number);
        if (_digest == 0 || number != _epoch.number) revert NothingProposed(number);
        bytes32 digest = _digest;
        _requireRevealsOver();
        if (keccak256(abi.encode(salt, false)) != _progress.canarySeal) revert WrongSalt();
        uint32[] memory ids = _requireSignatures(digest, signers, signatures);
        uint256 weight = _requireQuorum(signers);
        _requireBacked();

        _finalNumber = number;
        _finalAt = uint64(block.timestamp);
        _finalDigest = digest;
        _collectedAtLastFinal = _collectedAtProposal;
        _digest = 0;
        _waitingSince = 0;
        _records[digest] = Record(number, Kind.Final, uint128(signers));
        (uint256 distributed, uint256[] memory shares) = _shares(_epoch.distributed, ids);
        if (distributed > 0) {
            feePot -= distributed;
            SPLITTER.fund(address(STAKING), distributed);
        }
        STAKING.onEpochFinal(number, ids, shares);
        uint256 wrong = _progress.wrong;
        uint256 agreed = _progress.agreed;
        REGISTRY.onEpochFinal(agreed, _progress.seated & ~agreed & ~wrong, wrong);
        emit EpochFinal(number, digest, distributed, weight, ids);
    }

    /// The next proposal need not wait: a canary takes no epoch's place.
    function openCanary(bytes32 salt) external {
        bytes32 digest = _digest;
        if (digest == 0) revert NothingProposed(_epoch.number);
        _requireRevealsOver();
        if (keccak256(abi.encode(salt, true)) != _progress.canarySeal) revert WrongSalt();
        _digest = 0;
        _records[digest].kind = Kind.Canary;
        _lastProposalAt = uint64(block.timestamp) - epochSeconds;
        uint128 paid = _progress.diligent;
        // silence would be the way out of whoever agreed unread and then sees the others refuse
        uint128 struck = _progress.committed & ~_progress.refused;
        uint256 each = _payRefusals(paid);
        REGISTRY.strike(struck, CANARY);
        emit CanaryOpened(_epoch.number, digest, struck, paid, each);
    }

    // ---- canaries

    function fundCanaryPot(uint256 amount) external {
        _pull(amount);
        canaryPot += amount;
        emit CanaryFunded(msg.sender, amount);
    }

    function payCanaryReward(uint8 operatorId) external {
        uint256 amount = canaryOwed[operatorId];
        if (amount == 0) revert ZeroAmount();
        address to = STAKING.operatorOf(operatorId).payoutWallet;
        canaryOwed[operatorId] = 0;
        TOKEN.safeTransfer(to, amount);
        emit CanaryRewardPaid(operatorId, to, amount);
    }

    // ---- timelock

    function setWindows(uint64 newCommitSeconds, uint64 newRevealSeconds) external restricted {
        _setWindows(newCommitSeconds, newRevealSeconds);
    }

    function setCanaryReward(uint256 amount) external restricted {
        canaryReward = amount;
        emit CanaryRewardSet(amount);
    }

    // ---- reads

    function validators() external view returns (IValidatorRegistry.Seat[] memory) {
        return _digest == 0 ? REGISTRY.seats() : _seats;
    }

    function progress() external view returns (Progress memory) {
        return _progress;
    }

    function quorumOf(uint256 signers)
        public
        view
        returns (uint256 weight, uint256 neededWeight, uint256 outside, uint256 neededOutside)
    {
        uint256 ofBank;
        uint256 count = _seats.length;
        for (uint256 i; i < count; ++i) {
            IValidatorRegistry.Seat memory seat = _seats[i];
            if (signers >> seat.operatorId & 1 == 0) continue;
            if (seat.ofBank) {
                ofBank += seat.weight;
            } else {
                weight += seat.weight;
                ++outside;
            }
        }
        Weights memory all = _weights;
        weight += Quorum.countedPart(ofBank, all.ofBank, all.countedOfBank);
        neededWeight = Quorum.neededWeight(uint256(all.outside) + all.countedOfBank);
        neededOutside = Quorum.neededOutside(all.outsideSeats);
    }

    function recordOf(bytes32 digest) external view returns (Record memory) {
        return _records[digest];
    }

    function windows() external view returns (uint64, uint64) {
        return (_commitSeconds, _revealSeconds);
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

    function _requireBacked() private view returns (uint256 supply, uint256 market) {
        supply = TOKEN.totalSupply();
        market = RESERVES.marketTotal();
        if (market < supply) revert Unbacked(supply, market);
    }

    /// Keeps the seats of the epoch, each in a slot that is written again only when it differs.
    function _deal(IValidatorRegistry.Seat[] memory dealt) private returns (uint128 seated) {
        Weights memory all;
        uint256 had = _seats.length;
        for (uint256 i; i < dealt.length; ++i) {
            IValidatorRegistry.Seat memory seat = dealt[i];
            seated |= uint128(1 << seat.operatorId);
            if (seat.ofBank) {
                all.ofBank += seat.weight;
            } else {
                all.outside += seat.weight;
                ++all.outsideSeats;
            }
            if (i < had) _seats[i] = seat;
            else _seats.push(seat);
        }
        for (; had > dealt.length; --had) {
            _seats.pop();
        }
        all.seats = uint8(dealt.length);
        all.countedOfBank = uint80(Quorum.countedOfBank(all.ofBank, all.outside));
        _weights = all;
    }

    function _mine(uint256 seat) private view returns (uint8) {
        if (_digest == 0) revert NothingProposed(_epoch.number);
        if (seat >= _seats.length || _seats[seat].signer != msg.sender) revert NotAValidator(msg.sender);
        return _seats[seat].operatorId;
    }

    function _requireRevealsOver() private view {
        Progress storage p = _progress;
        if (p.commitsClosedAt == 0 && block.timestamp <= p.commitsUntil) revert CommitsStillOpen(p.commitsUntil);
        if (p.agreed | p.refused | p.wrong != p.committed && block.timestamp <= p.revealsUntil) {
            revert RevealsStillOpen(p.revealsUntil);
        }
    }

    function _requireSignatures(bytes32 digest, uint256 signers, bytes[] calldata signatures)
        private
        view
        returns (uint32[] memory ids)
    {
        uint256 agreed = _progress.agreed;
        ids = new uint32[](signatures.length);
        uint256 count = _seats.length;
        uint256 next;
        uint256 rest = signers;
        for (uint256 i; i < count && rest != 0; ++i) {
            IValidatorRegistry.Seat memory seat = _seats[i];
            uint8 id = seat.operatorId;
            if (rest >> id & 1 == 0) continue;
            rest &= ~(1 << id);
            if (agreed >> id & 1 == 0) revert NotAgreed(id);
            if (next == signatures.length) revert WrongSignatureCount(signatures.length, next + 1);
            address signer = ECDSA.recover(digest, signatures[next]);
            if (signer != seat.signer) revert NotAValidator(signer);
            ids[next++] = id;
        }
        if (rest != 0 || next != signatures.length) revert WrongSignatureCount(signatures.length, next);
    }

    function _requireQuorum(uint256 signers) private view returns (uint256) {
        Weights memory all = _weights;
        if (all.seats < Quorum.MIN_SEATS || all.outsideSeats < Quorum.MIN_OUTSIDE) {
            revert TooFewOperators(all.seats, all.outsideSeats);
        }
        (uint256 weight, uint256 neededWeight, uint256 outside, uint256 neededOutside) = quorumOf(signers);
        if (outside < neededOutside) revert OutsideMajorityNotReached(outside, neededOutside);
        if (weight < neededWeight) revert QuorumNotReached(weight, neededWeight);
        return weight;
    }

    /// All alike, as far as the pot goes.
    function _payRefusals(uint256 refused) private returns (uint256 each) {
        uint256 count;
        for (uint256 rest = refused; rest != 0; rest &= rest - 1) {
            ++count;
        }
        if (count == 0) return 0;
        each = canaryPot / count;
        if (each > canaryReward) each = canaryReward;
        canaryPot -= each * count;
        for (uint8 id = 1; refused >> id != 0; ++id) {
            if (refused >> id & 1 == 1) canaryOwed[id] += each;
        }
    }

    function _setWindows(uint64 commitTime, uint64 revealTime) private {
        if (commitTime == 0 || revealTime == 0 || commitTime + revealTime > epochSeconds) revert BadWindows();
        (_commitSeconds, _revealSeconds) = (commitTime, revealTime);
        emit WindowsSet(commitTime, revealTime);
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
