// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IValidatorRegistry} from "./IValidatorRegistry.sol";

/// @title Epochs: fees come in here, and leave only when validators have recomputed them
/// @notice Final = signed weight >= 2/3 of the counted weight AND a majority of the outside operators.
///
/// A proposal seals the digest of all its entries. Each operator commits to its own digest and its verdict, and opens both
/// once no more can commit; a signature counts only beside an opened digest that is the sealed one. Which proposal is a
/// canary, faulty on purpose, is sealed as well, and opened when the verdicts are.
interface IEpochManager {
    enum FeeKind {
        Issuance,
        Redemption,
        DataValidation,
        Pledge,
        Trading,
        Liquidity
    }

    /// What the bank states about its books, beside what this contract knows by itself.
    struct Batch {
        /// head of the sealed books (salted; zero while there is none)
        bytes32 booksRoot;
        /// SHA-256 tree over the entries of this epoch
        bytes32 entriesRoot;
        /// SHA-256 Merkle-sum tree over what the bank owes
        bytes32 liabilitiesRoot;
        uint256 liabilities;
        /// keccak256(abi.encode(digest of all entries)): tells the digest to nobody
        bytes32 entriesSeal;
        /// keccak256(abi.encode(salt, whether this is a canary))
        bytes32 canarySeal;
    }

    enum Kind {
        None,
        Proposed,
        Final,
        Canary
    }

    struct Record {
        uint64 number;
        Kind kind;
        /// bit n: operator n signed what became final
        uint128 signers;
    }

    /// Sets of operators are bits: bit n stands for operator n.
    struct Progress {
        uint128 seated;
        uint128 committed;
        uint128 agreed;
        uint128 refused;
        uint128 wrong;
        /// refused, and showed by the digest that they had read what they refused: a canary pays these
        uint128 diligent;
        bytes32 canarySeal;
        /// zero while operators may still commit
        uint64 commitsClosedAt;
        uint64 commitsUntil;
        uint64 revealsUntil;
    }

    /// What the validators sign (EIP-712 type `Epoch` with these fields in this order).
    struct Epoch {
        uint64 number;
        /// fees whose FeeCollected logs lie after the previous final proposal's log and before this one's
        uint256 collected;
        /// moved to the splitter when final; never more than collected + carried
        uint256 distributed;
        uint256 carried;
        uint256 supply;
        uint256 marketValue;
        uint256 lendableValue;
        /// running keccak over the data roots paid for
        bytes32 dataDigest;
        bytes32 booksRoot;
        bytes32 entriesRoot;
        bytes32 liabilitiesRoot;
        uint256 liabilities;
        bytes32 entriesSeal;
        /// digest of the previous final epoch
        bytes32 previousDigest;
        /// hash of the block before the proposal's
        bytes32 parentBlockHash;
        uint64 proposedAt;
        uint64 proposedBlock;
    }

    event FeeCollected(FeeKind indexed kind, address indexed payer, uint256 amount, bytes32 ref);
    event DataValidationRequested(uint256 indexed requestId, address indexed client, bytes32 dataRoot, uint256 fee);
    event EpochProposed(uint64 indexed number, bytes32 indexed digest, Epoch epoch);
    event EpochFinal(
        uint64 indexed number, bytes32 indexed digest, uint256 distributed, uint256 signedWeight, uint32[] signers
    );
    event Committed(uint64 indexed number, uint8 indexed operatorId, bytes32 indexed digest);
    event CommitsClosed(uint64 indexed number, bytes32 indexed digest, uint128 committed);
    /// reason zero: agrees with the proposal, if its digest does
    event Revealed(
        uint64 indexed number, uint8 indexed operatorId, bytes32 indexed digest, bytes32 entries, bytes32 reason
    );
    event CanaryOpened(uint64 indexed number, bytes32 indexed digest, uint128 struck, uint128 paid, uint256 rewardEach);
    event CanaryFunded(address indexed from, uint256 amount);
    event CanaryRewardPaid(uint8 indexed operatorId, address indexed to, uint256 amount);
    event WindowsSet(uint64 commitSeconds, uint64 revealSeconds);
    event CanaryRewardSet(uint256 amount);

    error ZeroAmount();
    error TooEarly(uint64 notBefore);
    error NothingProposed(uint64 number);
    error AlreadyFinal(uint64 number);
    error NotAValidator(address signer);
    error QuorumNotReached(uint256 signedWeight, uint256 neededWeight);
    error OutsideMajorityNotReached(uint256 signedOutside, uint256 neededOutside);
    error MoreThanCollected(uint256 wanted, uint256 available);
    error OnlyToken();
    error Unbacked(uint256 supply, uint256 marketValue);
    error TooFewOperators(uint256 seats, uint256 outside);
    error CommitsClosedAlready();
    error CommitsStillOpen(uint64 until);
    error AlreadyCommitted(uint8 operatorId);
    error NotCommitted(uint8 operatorId);
    error AlreadyRevealed(uint8 operatorId);
    error NotWhatWasCommitted();
    error RevealsStillOpen(uint64 until);
    /// signed without having shown the digest of the entries
    error NotAgreed(uint8 operatorId);
    error WrongSignatureCount(uint256 signatures, uint256 signers);
    error WrongSalt();
    error BadWindows();
    /// issuance and redemption fees come from the token, data validation fees with their root
    error WrongDoorFor(FeeKind kind);

    /// only StateToken: the tokens have been moved here in the same call
    function noteFee(FeeKind kind, address payer, uint256 amount, bytes32 ref) external;
    /// anyone verified; needs allowance
    function payFee(FeeKind kind, uint256 amount, bytes32 ref) external;
    /// anyone verified: pays to have a data root attested by the next final epoch
    function requestDataValidation(bytes32 dataRoot, uint256 fee) external returns (uint256 requestId);
    /// restricted: proposer; once epochSeconds have passed since the last proposal; replaces an unfinished proposal
    function propose(uint256 distributed, Batch calldata batch) external returns (bytes32 digest);
    /// the signer of seat number `seat`, with the first 24 bytes of keccak256(abi.encode(operatorId, nonce, entries, reason))
    function commit(uint256 seat, bytes24 commitment) external;
    /// the same signer, once nobody can commit any more; `reason` other than zero refuses the proposal
    function reveal(uint256 seat, bytes32 nonce, bytes32 entries, bytes32 reason) external;
    /// anyone with enough signatures over the proposal's digest, in the order of the seats, by operators that agreed
    function finalize(uint64 number, uint256 signers, bytes[] calldata signatures, bytes32 salt) external;
    /// anyone with the salt: strikes whoever agreed, pays whoever read and refused it, and the proposal is void
    function openCanary(bytes32 salt) external;
    function fundCanaryPot(uint256 amount) external;
    /// anyone: pays what an operator earned by refusing canaries
    function payCanaryReward(uint8 operatorId) external;
    /// restricted: timelock
    function setWindows(uint64 commitSeconds, uint64 revealSeconds) external;
    /// restricted: timelock
    function setCanaryReward(uint256 amount) external;

    /// the seats of the open proposal; between two epochs those of the next, as it would be dealt now
    function validators() external view returns (IValidatorRegistry.Seat[] memory);
    function progress() external view returns (Progress memory);
    /// what a set of operators would bring, and what is needed
    function quorumOf(uint256 signers)
        external
        view
        returns (uint256 weight, uint256 neededWeight, uint256 outside, uint256 neededOutside);
    function recordOf(bytes32 digest) external view returns (Record memory);
    function windows() external view returns (uint64 commitSeconds, uint64 revealSeconds);
    function canaryReward() external view returns (uint256);
    function canaryPot() external view returns (uint256);
    function canaryOwed(uint8 operatorId) external view returns (uint256);
    function proposal() external view returns (Epoch memory epoch, bytes32 digest);
    function lastFinal() external view returns (uint64 number, bytes32 digest, uint64 finalAt);
    /// fees in and not yet distributed
    function feePot() external view returns (uint256);
    function collectedSinceLastFinal() external view returns (uint256);
    function epochSeconds() external view returns (uint64);
    function nextProposalAt() external view returns (uint64);
    /// a proposal has waited too long for its signatures: minting stops, exits go on
    function isOverdue() external view returns (bool);
    /// running keccak over the data roots paid for: keccak256(abi.encode(previous, requestId, client, dataRoot, fee))
    function dataDigest() external view returns (bytes32);
    function hashEpoch(Epoch calldata epoch) external view returns (bytes32);
}
