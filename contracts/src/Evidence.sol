// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IEpochManager} from "./interfaces/IEpochManager.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";

/// @title Evidence
/// @notice Nobody's word is needed: what is shown here is checked here. Each fault is punished once.
contract Evidence is IEvidence {
    bytes32 private constant DOUBLE_SIGN = "double sign";

    IEpochManager private immutable EPOCHS;
    IValidatorRegistry private immutable REGISTRY;

    mapping(uint64 number => mapping(uint8 operatorId => bool)) private _punished;

    constructor(IEpochManager epochs, IValidatorRegistry registry) {
        EPOCHS = epochs;
        REGISTRY = registry;
    }

    /// A proposal that was not finished is replaced under its number, and whoever signed both did its duty twice. So one of
    /// the two must be a content that this chain never proposed: nobody honest has ever seen it.
    function proveDoubleSign(
        IEpochManager.Epoch calldata one,
        bytes calldata oneSignature,
        IEpochManager.Epoch calldata other,
        bytes calldata otherSignature
    ) external {
        if (one.number != other.number) revert DifferentEpochs(one.number, other.number);
        bytes32 oneDigest = EPOCHS.hashEpoch(one);
        bytes32 otherDigest = EPOCHS.hashEpoch(other);
        if (oneDigest == otherDigest) revert SameDigest();
        if (_wasProposed(oneDigest) && _wasProposed(otherDigest)) revert BothWereProposed();
        uint8 id = REGISTRY.operatorOfKey(ECDSA.recover(oneDigest, oneSignature));
        uint8 otherId = REGISTRY.operatorOfKey(ECDSA.recover(otherDigest, otherSignature));
        if (id == 0 || id != otherId) revert NotOneOperator(id, otherId);
        _punish(id, one.number);
        emit DoubleSignProven(id, one.number, oneDigest, otherDigest, msg.sender);
        REGISTRY.punish(id, true, DOUBLE_SIGN);
    }

    function _punish(uint8 id, uint64 number) private {
        if (_punished[number][id]) revert AlreadyPunished(id, number);
        _punished[number][id] = true;
    }

    function _wasProposed(bytes32 digest) private view returns (bool) {
        return EPOCHS.recordOf(digest).kind != IEpochManager.Kind.None;
    }
}
