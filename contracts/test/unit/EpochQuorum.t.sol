// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Granary} from "../utils/Granary.sol";

/// Bar V2: random registries and stake splits, a proposal each on the real EpochManager, real signatures. The registry's
/// roll is told, since no other way deals so many kinds of it in one run.
contract EpochQuorumTest is Granary {
    uint256 private constant FIRST_KEY = 0x5EA7;
    uint256 private constant MOST = 12;

    /// How many of a kind sit, and what they weigh.
    struct Side {
        uint256 seats;
        uint256 weight;
    }

    /// What is final, in other words than the contract's.
    function testFuzz_whoeverSigns_isEnoughOnlyByTheRule(uint256 seed, uint256 signers) external {
        IValidatorRegistry.Seat[] memory list = _registry(seed, 0);
        // three of four sign, so that many are enough
        signers = _among(list, signers | seed >> 128);
        (Side memory outside, Side memory bank) = (_side(list, false, ~uint256(0)), _side(list, true, ~uint256(0)));
        (Side memory signed, Side memory ours) = (_side(list, false, signers), _side(list, true, signers));
        bool few = list.length < 4 || outside.seats < 3;
        uint256 capped = bank.weight > outside.weight / 2 ? outside.weight / 2 : bank.weight;
        uint256 part = bank.weight == 0 ? 0 : ours.weight * capped / bank.weight;
        bool enough = !few && signed.seats * 2 > outside.seats
            && (signed.weight + part) * 3 >= (outside.weight + capped) * 2;
        (bool isFinal,) = _finish(list, signers);
        isTrue(isFinal == enough, "final by the rule alone");
    }

    /// Bank and affiliates hold nine tenths and more: all of them sign, and of those outside no majority.
    function testFuzz_theBankWithNineTenths_neverWithoutAMajorityOutside(uint256 seed, uint256 helpers) external {
        IValidatorRegistry.Seat[] memory list = _registry(seed, 9);
        Side memory outside = _side(list, false, ~uint256(0));
        Side memory bank = _side(list, true, ~uint256(0));
        atMost((bank.weight + outside.weight) * 9, bank.weight * 10, "nine tenths");
        uint256 signers;
        uint256 allowed = outside.seats / 2;
        for (uint256 i; i < list.length; ++i) {
            if (list[i].ofBank) {
                signers |= 1 << list[i].operatorId;
            } else if (helpers >> i & 1 == 1 && allowed > 0) {
                signers |= 1 << list[i].operatorId;
                --allowed;
            }
        }
        (bool isFinal, bytes4 why) = _finish(list, signers);
        isTrue(!isFinal, "the bank made an epoch final");
        isTrue(
            why == IEpochManager.OutsideMajorityNotReached.selector || why == IEpochManager.TooFewOperators.selector,
            "for want of those outside"
        );
        (uint64 number,,) = epochs.lastFinal();
        equal(number, 0, "none");
    }

    /// Fewer than three outside: not with every signature there is.
    function testFuzz_fewerThanThreeOutside_neverFinal(uint256 seed, uint256 outsiders) external {
        IValidatorRegistry.Seat[] memory list = _registry(seed, 0);
        uint256 left = outsiders % 3;
        uint256 signers;
        for (uint256 i; i < list.length; ++i) {
            signers |= 1 << list[i].operatorId;
            if (list[i].ofBank) continue;
            if (left > 0) --left;
            else list[i].ofBank = true;
        }
        (bool isFinal, bytes4 why) = _finish(list, signers);
        isTrue(!isFinal && why == IEpochManager.TooFewOperators.selector, "too few");
    }

    /// Four to twelve seats; with `times`, what the bank's side weighs is so many times the others' or more.
    function _registry(uint256 seed, uint256 times) private pure returns (IValidatorRegistry.Seat[] memory list) {
        uint256 count = 4 + seed % (MOST - 3);
        list = new IValidatorRegistry.Seat[](count);
        uint256 outside;
        uint256 banks;
        for (uint256 i; i < count; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            bool ofBank = i == 0 || roll % 3 == 0;
            // from one unit to a billion dollars, as likely small as large
            uint256 weight = 1 + (roll >> 8) % (10 ** (1 + (roll >> 128) % 15));
            if (ofBank) ++banks;
            else outside += weight;
            list[i] = IValidatorRegistry.Seat(vm.addr(FIRST_KEY + i), uint80(weight), uint8(i + 1), ofBank);
        }
        for (uint256 i; times > 0 && i < count; ++i) {
            if (list[i].ofBank) list[i].weight += uint80((outside * times) / banks + 1);
        }
    }

    function _among(IValidatorRegistry.Seat[] memory list, uint256 signers) private pure returns (uint256 set) {
        for (uint256 i; i < list.length; ++i) {
            set |= signers & 1 << list[i].operatorId;
        }
    }

    function _side(IValidatorRegistry.Seat[] memory list, bool ofBank, uint256 among)
        private
        pure
        returns (Side memory side)
    {
        for (uint256 i; i < list.length; ++i) {
            if (list[i].ofBank != ofBank || among >> list[i].operatorId & 1 == 0) continue;
            ++side.seats;
            side.weight += list[i].weight;
        }
    }

    /// Everybody agrees; those signatures are sent.
    function _finish(IValidatorRegistry.Seat[] memory list, uint256 signers) private returns (bool, bytes4) {
        vm.mockCall(address(registry), abi.encodeWithSelector(IValidatorRegistry.roll.selector), abi.encode(list));
        bytes32 digest = propose(0);
        bytes[] memory signatures = new bytes[](list.length);
        uint256 next;
        for (uint256 i; i < list.length; ++i) {
            if (signers >> list[i].operatorId & 1 == 1) signatures[next++] = sign(FIRST_KEY + i, digest);
        }
        assembly {
            mstore(signatures, next)
        }
        try epochs.finalize(1, signers, signatures, SALT) {
            return (true, 0);
        } catch (bytes memory why) {
            return (false, bytes4(why));
        }
    }
}
