// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "./IEpochManager.sol";

/// @title What anyone may prove against an operator
interface IEvidence {
    event DoubleSignProven(
        uint8 indexed operatorId, uint64 indexed number, bytes32 oneDigest, bytes32 otherDigest, address prover
    );

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
}
