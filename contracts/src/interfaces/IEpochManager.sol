// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Epochs: fees come in here, and leave only when validators have recomputed them
/// @notice Final = signed weight >= 2/3 of all weight AND a majority of the outside validators.
interface IEpochManager {
    enum FeeKind {
        Issuance,
        Redemption,
        DataValidation,
        Pledge,
        Trading,
        Liquidity
    }

    struct Validator {
        address signer;
        uint32 operatorId;
        uint64 weight;
        /// of the bank or an affiliate
        bool ofBank;
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
        /// root of the bank's sealed books for this epoch (salted; zero while there is no batch)
        bytes32 booksRoot;
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
    event ValidatorsSet(Validator[] validators);

    error ZeroAmount();
    error TooEarly(uint64 notBefore);
    error NothingProposed(uint64 number);
    error AlreadyFinal(uint64 number);
    error SignersNotSorted();
    error NotAValidator(address signer);
    error QuorumNotReached(uint256 signedWeight, uint256 neededWeight);
    error OutsideMajorityNotReached(uint256 signedOutside, uint256 neededOutside);
    error MoreThanCollected(uint256 wanted, uint256 available);
    error OnlyToken();
    error Unbacked(uint256 supply, uint256 marketValue);
    error BadValidatorSet();
    /// issuance and redemption fees come from the token, data validation fees with their root
    error WrongDoorFor(FeeKind kind);

    /// only StateToken: the tokens have been moved here in the same call
    function noteFee(FeeKind kind, address payer, uint256 amount, bytes32 ref) external;
    /// anyone verified; needs allowance
    function payFee(FeeKind kind, uint256 amount, bytes32 ref) external;
    /// anyone verified: pays to have a data root attested by the next final epoch
    function requestDataValidation(bytes32 dataRoot, uint256 fee) external returns (uint256 requestId);
    /// restricted: proposer; once epochSeconds have passed since the last proposal; replaces an unfinished proposal
    function propose(uint256 distributed, bytes32 booksRoot) external returns (bytes32 digest);
    /// anyone with enough signatures over the proposal's digest, ordered by signer address
    function finalize(uint64 number, bytes[] calldata signatures) external;
    /// restricted: timelock
    function setValidators(Validator[] calldata validators) external;

    function validators() external view returns (Validator[] memory);
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
