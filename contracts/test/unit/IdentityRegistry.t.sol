// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {Granary} from "../utils/Granary.sol";

contract IdentityRegistryTest is Granary {
    IIdentityRegistry.Kind private constant PERSON = IIdentityRegistry.Kind.Person;

    function test_register_givenNewWallet_isVerifiedUntilItExpires() external {
        uint64 expiresAt = uint64(block.timestamp + 1 days);
        vm.prank(registrar);
        identities.register(stranger, "salted", PERSON, 2, CLASS, expiresAt);
        IIdentityRegistry.Identity memory identity = identities.identityOf(stranger);
        equal(identity.id, "salted", "id");
        equal(identity.tier, 2, "tier");
        equal(identity.rateClass, CLASS, "class");
        isTrue(identities.isVerified(stranger), "verified");
        vm.warp(expiresAt + 1);
        isTrue(!identities.isVerified(stranger), "expired");
        isTrue(identities.mayExit(stranger), "may leave with what it has");
    }

    function test_register_givenTakenIdOrWallet_refused() external {
        bytes32 id = identities.identityOf(alice).id;
        vm.startPrank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.IdTaken.selector, id));
        identities.register(stranger, id, PERSON, 1, 0, NEVER);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletTaken.selector, alice));
        identities.register(alice, "other", PERSON, 1, 0, NEVER);
    }

    function test_register_givenBadInput_refused() external {
        vm.startPrank(registrar);
        refuses(IIdentityRegistry.ZeroWallet.selector);
        identities.register(address(0), "x", PERSON, 1, 0, NEVER);
        refuses(IIdentityRegistry.ZeroId.selector);
        identities.register(stranger, 0, PERSON, 1, 0, NEVER);
        refuses(IIdentityRegistry.BadKind.selector);
        identities.register(stranger, "x", IIdentityRegistry.Kind.None, 1, 0, NEVER);
        refuses(IIdentityRegistry.ExpiryInThePast.selector);
        identities.register(stranger, "x", PERSON, 1, 0, uint64(block.timestamp));
        refuses(IIdentityRegistry.ExpiryInThePast.selector);
        identities.register(stranger, "x", PERSON, 1, 0, 0);
        refuses(IIdentityRegistry.RateClassTooHigh.selector);
        identities.register(stranger, "x", PERSON, 1, 0x502901, NEVER - 1);
        refuses(IIdentityRegistry.RateClassTooHigh.selector);
        identities.register(stranger, "x", IIdentityRegistry.Kind.PassThrough, 1, 1, NEVER);
    }

    function testFuzz_register_rateClassNeverAboveSixtyPercent(uint24 rateClass) external {
        uint256 sum = uint256(rateClass >> 16) + uint8(rateClass >> 8) + uint8(rateClass);
        if (sum > 120) refuses(IIdentityRegistry.RateClassTooHigh.selector);
        vm.prank(registrar);
        identities.register(stranger, "x", PERSON, 1, rateClass, NEVER);
    }

    function test_setStatus_movesBetweenVerifiedRefreshAndClosed() external {
        vm.startPrank(registrar);
        identities.setStatus(alice, IIdentityRegistry.Status.RefreshNeeded, 0);
        isTrue(!identities.isVerified(alice) && identities.mayExit(alice), "refresh");
        identities.setStatus(alice, IIdentityRegistry.Status.Closed, 0);
        isTrue(!identities.isVerified(alice) && identities.mayExit(alice), "closed");
        identities.setStatus(alice, IIdentityRegistry.Status.Verified, uint64(block.timestamp + 1));
        isTrue(identities.isVerified(alice), "back");
        refuses(IIdentityRegistry.ExpiryInThePast.selector);
        identities.setStatus(alice, IIdentityRegistry.Status.Verified, uint64(block.timestamp));
        refuses(IIdentityRegistry.UnknownWallet.selector);
        identities.setStatus(stranger, IIdentityRegistry.Status.Closed, 0);
        refuses(IIdentityRegistry.BadStatus.selector);
        identities.setStatus(alice, IIdentityRegistry.Status.None, 0);
    }

    function test_freeze_isTheEnforcersAlone_underAnOrder() external {
        refuses(IIdentityRegistry.BadStatus.selector);
        vm.prank(registrar);
        identities.setStatus(alice, IIdentityRegistry.Status.Frozen, NEVER);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(registrar);
        identities.freeze(alice, "order");
        refuses(IIdentityRegistry.ZeroId.selector);
        vm.prank(enforcer);
        identities.freeze(alice, 0);

        freeze(alice);
        isTrue(!identities.mayExit(alice), "frozen");
        refuses(IIdentityRegistry.BadStatus.selector);
        vm.prank(registrar);
        identities.setStatus(alice, IIdentityRegistry.Status.Verified, NEVER);
        vm.startPrank(enforcer);
        refuses(IIdentityRegistry.ZeroId.selector);
        identities.unfreeze(alice, 0);
        identities.unfreeze(alice, "lifted");
        isTrue(identities.mayExit(alice) && !identities.isVerified(alice), "comes back for a refresh");
        refuses(IIdentityRegistry.BadStatus.selector);
        identities.unfreeze(alice, "again");
    }

    function test_scheduleRateClass_givenNoPosition_holdsAtOnce() external {
        vm.prank(registrar);
        identities.scheduleRateClass(alice, 0);
        (uint24 rateClass,, uint64 fromEpoch) = identities.rateClassesOf(alice);
        equal(rateClass, 0, "class");
        equal(fromEpoch, 0, "nothing pending");
    }

    function test_scheduleRateClass_givenAPosition_waits_andRefusesASecond() external {
        mintTo(alice, 100 * DOLLAR);
        stakeAs(alice, 1, DOLLAR);
        vm.startPrank(registrar);
        identities.scheduleRateClass(alice, 0);
        (uint24 rateClass, uint24 next, uint64 fromEpoch) = identities.rateClassesOf(alice);
        equal(rateClass, CLASS, "old");
        equal(next, 0, "next");
        equal(fromEpoch, 2, "from the next epoch");
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.RateChangePending.selector, alice));
        identities.scheduleRateClass(alice, CLASS);
        refuses(IIdentityRegistry.UnknownWallet.selector);
        identities.scheduleRateClass(stranger, 0);
        refuses(IIdentityRegistry.RateClassTooHigh.selector);
        identities.scheduleRateClass(alice, 0xffffff);
    }

    function testFuzz_settleRateClass_isStakingsAlone(address caller) external {
        vm.assume(caller != address(staking));
        refuses(IIdentityRegistry.OnlyStaking.selector);
        vm.prank(caller);
        identities.settleRateClass(alice);
    }

    function testFuzz_setRuleVersion_isTheTimelocksAlone(address caller, uint32 version) external {
        vm.assume(caller != address(timelock) && caller != address(this));
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(caller);
        identities.setRuleVersion(7);
        vm.prank(address(timelock));
        identities.setRuleVersion(version);
        equal(identities.ruleVersion(), version, "version");
    }
}
