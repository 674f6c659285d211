// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import {EpochManager} from "../../src/EpochManager.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {PayoutSplitter} from "../../src/PayoutSplitter.sol";
import {ReserveRegistry} from "../../src/ReserveRegistry.sol";
import {Staking} from "../../src/Staking.sol";
import {StateToken} from "../../src/StateToken.sol";
import {TaxVault} from "../../src/TaxVault.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Roles} from "../../src/libraries/Roles.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {Granary} from "../utils/Granary.sol";

contract AccessTest is Granary {
    struct Door {
        address target;
        bytes4 selector;
        address holder;
    }

    Door[] private _doors;

    function setUp() public override {
        super.setUp();
        _door(address(token), StateToken.mint.selector, issuer);
        _door(address(token), StateToken.pause.selector, guardian);
        _door(address(token), StateToken.forcedTransferUnderOrder.selector, enforcer);
        _door(address(token), StateToken.setFrozenTokens.selector, enforcer);
        _door(address(token), StateToken.forcedTransfer.selector, address(timelock));
        _door(address(token), StateToken.unpause.selector, address(timelock));
        _door(address(token), StateToken.setFees.selector, address(timelock));
        _door(address(token), StateToken.setMintCap.selector, address(timelock));
        _door(address(token), StateToken.setForcedCap.selector, address(timelock));
        _door(address(token), UUPSUpgradeable.upgradeToAndCall.selector, address(timelock));
        _door(address(identities), IdentityRegistry.register.selector, registrar);
        _door(address(identities), IdentityRegistry.setStatus.selector, registrar);
        _door(address(identities), IdentityRegistry.scheduleRateClass.selector, registrar);
        _door(address(identities), IdentityRegistry.freeze.selector, enforcer);
        _door(address(identities), IdentityRegistry.unfreeze.selector, enforcer);
        _door(address(identities), IdentityRegistry.setRuleVersion.selector, address(timelock));
        _door(address(identities), UUPSUpgradeable.upgradeToAndCall.selector, address(timelock));
        _door(address(reserves), ReserveRegistry.release.selector, issuer);
        _door(address(reserves), ReserveRegistry.setMaxAge.selector, address(timelock));
        _door(address(reserves), UUPSUpgradeable.upgradeToAndCall.selector, address(timelock));
        _door(address(staking), Staking.setOperator.selector, address(registry));
        _door(address(staking), Staking.slash.selector, address(registry));
        _door(address(staking), Staking.returnBond.selector, address(registry));
        _door(address(splitter), PayoutSplitter.setPayer.selector, address(timelock));
        _door(address(vault), TaxVault.remit.selector, remitter);
        _door(address(vault), TaxVault.releaseToPayer.selector, remitter);
        _door(address(epochs), EpochManager.propose.selector, proposer);
        _door(address(epochs), EpochManager.setWindows.selector, address(timelock));
        _door(address(epochs), EpochManager.setCanaryReward.selector, address(timelock));
        _door(address(registry), ValidatorRegistry.approve.selector, certifier);
        _door(address(registry), ValidatorRegistry.certify.selector, certifier);
        _door(address(registry), ValidatorRegistry.revoke.selector, certifier);
        _door(address(registry), ValidatorRegistry.reinstate.selector, certifier);
        _door(address(registry), ValidatorRegistry.found.selector, address(timelock));
        _door(address(registry), ValidatorRegistry.setParams.selector, address(timelock));
        _door(address(registry), ValidatorRegistry.slashUnderOrder.selector, address(timelock));
        _door(address(registry), UUPSUpgradeable.upgradeToAndCall.selector, address(timelock));
        manager.renounceRole(Roles.VALIDATOR_REGISTRY, address(this));
        manager.renounceRole(0, address(this));
    }

    function testFuzz_everyDoor_refusesEveryOtherCaller(address caller, uint256 which, uint256 known) external {
        Door memory door = _doors[which % _doors.length];
        address[9] memory people =
            [issuer, registrar, proposer, guardian, enforcer, remitter, council, alice, address(this)];
        if (known % 2 == 0) caller = people[known / 2 % 9];
        vm.assume(caller != door.holder && caller != address(timelock));
        vm.prank(caller);
        (bool done, bytes memory reason) = door.target.call(abi.encodePacked(door.selector, new bytes(320)));
        isTrue(!done, "refused");
        equal(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller)),
            "for want of the role"
        );
    }

    function test_theTimelock_takes48Hours_neverLess() external {
        bytes memory data = abi.encodeCall(StateToken.setFees, (20, 20));
        vm.startPrank(council);
        vm.expectPartialRevert(TimelockController.TimelockInsufficientDelay.selector);
        timelock.schedule(address(token), 0, data, 0, "salt", 48 hours - 1);
        timelock.schedule(address(token), 0, data, 0, "salt", 48 hours);
        vm.warp(block.timestamp + 48 hours - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(token), 0, data, 0, "salt");
        vm.warp(block.timestamp + 1);
        timelock.execute(address(token), 0, data, 0, "salt");
        equal(token.issuanceFeeBps(), 20, "after two days");
        vm.expectPartialRevert(TimelockController.TimelockUnauthorizedCaller.selector);
        timelock.updateDelay(0);
    }

    function test_initialize_aSecondTime_orOnTheCode_refused() external {
        refuses(Initializable.InvalidInitialization.selector);
        token.initialize(address(this), "x", "x", 0, 0, 0, 0);
        refuses(Initializable.InvalidInitialization.selector);
        identities.initialize(address(this), 0);
        refuses(Initializable.InvalidInitialization.selector);
        reserves.initialize(address(this), 0);
        IdentityRegistry code = new IdentityRegistry(staking);
        refuses(Initializable.InvalidInitialization.selector);
        code.initialize(address(this), 0);
    }

    /// Every hot key of the bank together, without custodian and valuer, cannot make a token.
    function test_allHotKeys_cannotMintWithoutTheOutsideKeys() external {
        bytes memory forged = signPosition(uint256(uint160(issuer)), "CustodyReceipt", cash(DOLLAR));
        vm.expectRevert();
        vm.prank(issuer);
        reserves.record(cash(DOLLAR), forged, forged);
        vm.expectRevert();
        vm.prank(issuer);
        token.mint(alice, DOLLAR, "none", "i");
    }

    function test_aHotRegistrar_cannotTrapTheSystemContracts() external {
        mintTo(alice, 1000 * DOLLAR);
        stakeAs(alice, 1, 600 * DOLLAR);
        finishEpoch(epochs.feePot());
        uint256 id = unbondAs(alice, 1, 100 * DOLLAR);
        vm.startPrank(registrar);
        identities.setStatus(address(staking), IIdentityRegistry.Status.Closed, 0);
        identities.setStatus(address(splitter), IIdentityRegistry.Status.RefreshNeeded, 0);
        identities.setStatus(alice, IIdentityRegistry.Status.Closed, 0);
        vm.stopPrank();
        pass(UNBONDING_SECONDS);
        vm.startPrank(alice);
        staking.withdraw(id);
        staking.claim(1);
    }

    function _door(address target, bytes4 selector, address holder) private {
        _doors.push(Door(target, selector, holder));
    }
}
