// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EpochEntries} from "../libraries/EpochEntries.sol";
import {IEpochManager} from "./IEpochManager.sol";

/// @title What anyone may prove against an operator
interface IEvidence {
    event DoubleSignProven(
        uint8 indexed operatorId, uint64 indexed number, bytes32 oneDigest, bytes32 otherDigest, address prover
    );

    event BadEntryProven(uint64 indexed number, bytes32 indexed root, uint128 signers, address prover);

    error NotFinal(bytes32 digest);
    error NotInTheTree(bytes32 root, bytes32 wanted);
    error NothingWrong();
    error AlreadyProven(uint64 number);
    error DifferentEpochs(uint64 one, uint64 other);
    error SameDigest();
    /// the chain asked for both: the second replaced the first
    error BothWereProposed();
    error NotOneOperator(uint8 one, uint8 other);
    error AlreadyPunished(uint8 operatorId, uint64 number);

    /// two signatures of one operator over different contents for one epoch, of which one was never proposed here
    function proveDoubleSign(
        IEpochManager.Epoch calldata one,
        bytes calldata oneSignature,
        IEpochManager.Epoch calldata other,
        bytes calldata otherSignature
    ) external;

    /// a leaf of a final epoch's entries that breaks a rule by itself: its signers are slashed, once for the epoch
    function proveBadEntry(
        IEpochManager.Epoch calldata epoch,
        bytes calldata leaf,
        bytes32[] calldata siblings,
        uint256 rights
    ) external;

    /// two nodes of a final epoch's sum tree of which one is negative, or whose sum is not what stands above them
    function proveBadSum(
        IEpochManager.Epoch calldata epoch,
        EpochEntries.SumNode calldata left,
        EpochEntries.SumNode calldata right,
        EpochEntries.SumStep[] calldata steps
    ) external;
}
