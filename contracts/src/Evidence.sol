// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IEpochManager} from "./interfaces/IEpochManager.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {EpochEntries} from "./libraries/EpochEntries.sol";

/// @title Evidence
/// @notice Nobody's word is needed: what is shown here is checked here. Each fault is punished once.
contract Evidence is IEvidence {
    bytes32 private constant DOUBLE_SIGN = "double sign";
    bytes32 private constant BAD_ENTRY = "bad entry";

    IEpochManager private immutable EPOCHS;
    IValidatorRegistry private immutable REGISTRY;

    mapping(uint64 number => mapping(uint8 operatorId => bool)) private _punished;
    mapping(uint64 number => bool) private _proven;

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

    function proveBadEntry(
        IEpochManager.Epoch calldata epoch,
        bytes calldata leaf,
        bytes32[] calldata siblings,
        uint256 rights
    ) external {
        bytes32 root = EpochEntries.rootOf(leaf, siblings, rights);
        if (root != epoch.entriesRoot) revert NotInTheTree(root, epoch.entriesRoot);
        if (!EpochEntries.isBad(leaf)) revert NothingWrong();
        _punishSigners(epoch, root);
    }

    function proveBadSum(
        IEpochManager.Epoch calldata epoch,
        EpochEntries.SumNode calldata left,
        EpochEntries.SumNode calldata right,
        EpochEntries.SumStep[] calldata steps
    ) external {
        bytes32 root = EpochEntries.sumRootOf(left, right, steps);
        if (root != epoch.liabilitiesRoot) revert NotInTheTree(root, epoch.liabilitiesRoot);
        int256 sum = int256(left.sum) + right.sum;
        bool isStated = steps.length > 0 ? sum == steps[0].stated : sum >= 0 && uint256(sum) == epoch.liabilities;
        if (left.sum >= 0 && right.sum >= 0 && isStated) revert NothingWrong();
        _punishSigners(epoch, root);
    }

    /// Everybody who signed what everybody could have seen to be wrong.
    function _punishSigners(IEpochManager.Epoch calldata epoch, bytes32 root) private {
        bytes32 digest = EPOCHS.hashEpoch(epoch);
        IEpochManager.Record memory record = EPOCHS.recordOf(digest);
        if (record.kind != IEpochManager.Kind.Final) revert NotFinal(digest);
        if (_proven[epoch.number]) revert AlreadyProven(epoch.number);
        _proven[epoch.number] = true;
        emit BadEntryProven(epoch.number, root, record.signers, msg.sender);
        for (uint8 id = 1; record.signers >> id != 0; ++id) {
            if (record.signers >> id & 1 == 1) REGISTRY.punish(id, false, BAD_ENTRY);
        }
    }

    function _punish(uint8 id, uint64 number) private {
        if (_punished[number][id]) revert AlreadyPunished(id, number);
        _punished[number][id] = true;
    }

    function _wasProposed(bytes32 digest) private view returns (bool) {
        return EPOCHS.recordOf(digest).kind != IEpochManager.Kind.None;
    }
}
