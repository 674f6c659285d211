// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Operators} from "../utils/Operators.sol";

contract RegistryEnterTest is Operators {
    function test_apply_thenApprove_thenBond_thenSeat() external {
        applyAs(5);
        equal(registry.applicationOf(controller(5)).owner, application(5).owner, "applied");
        approve(5, false);
        isIn(5, IValidatorRegistry.State.Approved);
        equal(registry.applicationOf(controller(5)).owner, 0, "taken up");
        equal(registry.operatorOfKey(application(5).signer), 5, "signer");
        equal(registry.operatorOfKey(application(5).node), 5, "node");
        equal(registry.operatorOfOwner(application(5).owner), 5, "owner");
        equal(registry.operatorCount(), 5, "five");
        isTrue(!staking.operatorOf(5).open, "no stake yet");
        postBond(5, BOND_MINIMUM);
        pass(APPROVAL_SECONDS);
        registry.activate(5);
        isIn(5, IValidatorRegistry.State.Bonded);
        isTrue(!isSeated(5), "not before the next epoch");
        roll();
        isIn(5, IValidatorRegistry.State.Active);
        isTrue(isSeated(5) && staking.operatorOf(5).open, "sits");
        equal(registry.getValidators().length, 5, "makes blocks");
        equal(registry.getValidators()[4], application(5).node, "by its node key");
        equal(epochs.validators()[4].weight, BOND_MINIMUM + 1, "weighs its bond");
    }

    function test_apply_unverified_orWithBadTerms_orOwnerTaken_refused() external {
        IValidatorRegistry.Application memory wanted = application(5);
        vm.startPrank(stranger);
        refuses(IValidatorRegistry.NotVerified.selector);
        registry.applyFor(wanted);
        vm.stopPrank();
        vm.startPrank(alice);
        refuses(IValidatorRegistry.NotVerified.selector);
        registry.applyFor(wanted);
        wanted.payoutWallet = alice;
        wanted.commissionBps = 3_001;
        refuses(IValidatorRegistry.CommissionTooHigh.selector);
        registry.applyFor(wanted);
        wanted.commissionBps = 3_000;
        wanted.owner = 0;
        refuses(IValidatorRegistry.ZeroId.selector);
        registry.applyFor(wanted);
        wanted.owner = application(2).owner;
        refuses(IValidatorRegistry.OwnerTaken.selector);
        registry.applyFor(wanted);
        vm.stopPrank();
    }

    function test_withdrawApplication_leavesNothingToApprove() external {
        applyAs(5);
        vm.prank(controller(5));
        registry.withdrawApplication();
        refuses(IValidatorRegistry.NothingApplied.selector);
        vm.prank(controller(5));
        registry.withdrawApplication();
        bytes32 owner = application(5).owner;
        refuses(IValidatorRegistry.NothingApplied.selector);
        vm.prank(certifier);
        registry.approve(controller(5), owner, false, uint40(NEVER));
    }

    /// Two people looked at one owner: another is not approved in its place.
    function test_approve_ofAnotherOwner_orAKeyInUse_orTwice_refused() external {
        applyAs(5);
        refuses(IValidatorRegistry.NothingApplied.selector);
        vm.prank(certifier);
        registry.approve(controller(5), "another", false, uint40(NEVER));
        IValidatorRegistry.Application memory wanted = application(5);
        wanted.signer = application(2).signer;
        vm.prank(controller(5));
        registry.applyFor(wanted);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyTaken.selector, wanted.signer));
        vm.prank(certifier);
        registry.approve(controller(5), wanted.owner, false, uint40(NEVER));
        wanted.signer = application(5).signer;
        wanted.node = wanted.signer;
        vm.prank(controller(5));
        registry.applyFor(wanted);
        refuses(IValidatorRegistry.KeyTaken.selector);
        vm.prank(certifier);
        registry.approve(controller(5), wanted.owner, false, uint40(NEVER));
        wanted.node = address(0);
        vm.prank(controller(5));
        registry.applyFor(wanted);
        refuses(IValidatorRegistry.KeyTaken.selector);
        vm.prank(certifier);
        registry.approve(controller(5), wanted.owner, false, uint40(NEVER));
    }

    function test_approve_ofTwoOperatorsOfOneOwner_refused() external {
        applyAs(5);
        IValidatorRegistry.Application memory second = application(6);
        second.owner = application(5).owner;
        second.payoutWallet = alice;
        vm.prank(alice);
        registry.applyFor(second);
        bytes32 owner = second.owner;
        vm.prank(certifier);
        registry.approve(controller(5), owner, false, uint40(NEVER));
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.OwnerTaken.selector, owner));
        vm.prank(certifier);
        registry.approve(alice, owner, false, uint40(NEVER));
    }

    function testFuzz_approve_withACertificateOfThePast_refused(uint40 until) external {
        until = uint40(bound(until, 0, block.timestamp));
        applyAs(5);
        bytes32 owner = application(5).owner;
        refuses(IValidatorRegistry.ExpiryInThePast.selector);
        vm.prank(certifier);
        registry.approve(controller(5), owner, false, until);
    }

    function test_activate_tooEarly_orUnderbonded_orExpired_orUnapproved_refused() external {
        refuses(IValidatorRegistry.UnknownOperator.selector);
        registry.activate(5);
        refuses(IValidatorRegistry.WrongState.selector);
        registry.activate(1);
        approve(5, false);
        postBond(5, BOND_MINIMUM - 1);
        refuses(IValidatorRegistry.TooEarly.selector);
        registry.activate(5);
        pass(APPROVAL_SECONDS);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.BondTooSmall.selector, BOND_MINIMUM - 1, BOND_MINIMUM)
        );
        registry.activate(5);
        postBond(5, 1);
        pass(365 days);
        refuses(IValidatorRegistry.CertificateExpired.selector);
        registry.activate(5);
    }

    function test_aSeat_isNotDealt_toWhoeverLostBondOrCertificateMeanwhile() external {
        enter(5, false);
        enter(6, false);
        staking.slash(5, 1, "reason", comptroller);
        pass(364 days);
        roll();
        isIn(5, IValidatorRegistry.State.Bonded);
        isIn(6, IValidatorRegistry.State.Bonded);
        vm.prank(certifier);
        registry.certify(6, false, uint40(block.timestamp + 1 days));
        roll();
        isTrue(!isSeated(5) && isSeated(6), "only the one that has both");
    }

    function testFuzz_newcomers_areSeatedAThirdAtATime(uint256 newcomers) external {
        uint256 all = 4 + bound(newcomers, 1, 9);
        for (uint8 id = 5; id <= all; ++id) {
            enter(id, id % 3 == 0);
        }
        for (uint256 sat = 4; sat < all;) {
            roll();
            uint256 most = sat + sat / 3;
            equal(registry.seats().length, most < all ? most : all, "a third of what sat before");
            sat = registry.seats().length;
        }
    }

    /// What the registry asks Staking for, in one call.
    function testFuzz_bondsAndWeights_areBondAndStake(uint256 bond, uint256 stake) external {
        bond = bound(bond, 1, 1_000_000 * DOLLAR);
        stake = bound(stake, 1, 1_000_000 * DOLLAR);
        postBond(3, bond);
        mintTo(bob, 2_000_000 * DOLLAR);
        stakeAs(bob, 3, stake);
        (uint256[] memory bonds, uint256[] memory weights) = staking.bondsAndWeights(4);
        equal(bonds[3], bond, "bond");
        equal(weights[3], bond + stake, "bond and stake");
        equal(weights[2], 0, "none");
        equal(registry.seats()[2].weight, bond + stake + 1, "and a unit");
    }

    function test_found_twice_orTooFew_orByAnother_refused() external {
        IValidatorRegistry.Founder[] memory list = founders();
        refuses(IValidatorRegistry.AlreadyFounded.selector);
        registry.found(list, 0);
        ValidatorRegistry fresh = _fresh();
        list[3].affiliated = true;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.TooFewOperators.selector, 4, 2));
        fresh.found(list, 0);
    }

    function test_operators_endAt127() external {
        for (uint8 id = 5; id <= 127; ++id) {
            approve(id, false);
        }
        applyAs(128);
        bytes32 owner = application(128).owner;
        refuses(IValidatorRegistry.TooManyOperators.selector);
        vm.prank(certifier);
        registry.approve(controller(128), owner, false, uint40(NEVER));
    }

    function _fresh() private returns (ValidatorRegistry fresh) {
        address code = address(new ValidatorRegistry(staking, identities, address(epochs), address(evidence)));
        fresh = ValidatorRegistry(
            address(new ERC1967Proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (address(manager), params()))))
        );
        manager.grantRole(10, address(fresh), 0);
    }
}

contract RegistryLeaveTest is Operators {
    function test_exit_waitsUntilItCanBeSpared() external {
        exitAs(2);
        isIn(2, IValidatorRegistry.State.Exiting);
        roll();
        isTrue(isSeated(2), "three would be left");
        refuses(IValidatorRegistry.WrongState.selector);
        registry.withdrawBond(2);
        enter(5, false);
        roll();
        isTrue(isSeated(2) && isSeated(5), "one change of four at once");
        roll();
        isTrue(!isSeated(2), "now it can");
        isTrue(!staking.operatorOf(2).open, "and takes no more stake");
    }

    function test_exit_ofTheBankAlone_waitsForFour_notForThreeOutside() external {
        exitAs(1);
        enter(5, true);
        roll();
        roll();
        isTrue(!isSeated(1) && isSeated(5), "four sit, three of them outside");
        exitAs(3);
        enter(6, true);
        roll();
        roll();
        isTrue(isSeated(3) && isSeated(6), "five sit, three outside: not one of those can go");
    }

    function testFuzz_exit_returnsTheBondOnlyWhenUnbondingHasPassed(uint256 bond, uint256 slash, uint256 early)
        external
    {
        bond = bound(bond, 2, 1_000_000 * DOLLAR);
        slash = bound(slash, 1, bond - 1);
        early = bound(early, 1, UNBONDING_SECONDS);
        enter(5, false);
        postBond(2, bond);
        exitAs(2);
        roll();
        roll();
        pass(UNBONDING_SECONDS - early);
        refuses(IValidatorRegistry.TooEarly.selector);
        registry.withdrawBond(2);
        staking.slash(2, slash, "reason", comptroller);
        pass(early);
        registry.withdrawBond(2);
        isIn(2, IValidatorRegistry.State.Exited);
        equal(token.balanceOf(payoutWallet(2)), bond - slash, "less what was slashed meanwhile");
        equal(registry.operatorOfOwner(application(2).owner), 0, "its owner may come again");
        refuses(IValidatorRegistry.WrongState.selector);
        registry.withdrawBond(2);
        refuses(IValidatorRegistry.WrongState.selector);
        vm.prank(controller(2));
        registry.exit(2);
    }

    function test_exit_beforeTheFirstSeat_needsNoEpoch() external {
        enter(5, false);
        exitAs(5);
        roll();
        isTrue(!isSeated(5), "off the queue");
        pass(UNBONDING_SECONDS);
        registry.withdrawBond(5);
        equal(token.balanceOf(payoutWallet(5)), BOND_MINIMUM, "all of it");
    }

    function testFuzz_whatIsTheControllers_byAnother_refused(address caller, uint8 id) external {
        id = uint8(bound(id, 1, 4));
        vm.assume(caller != controller(id));
        bytes memory why = abi.encodeWithSelector(IValidatorRegistry.OnlyController.selector, id);
        vm.startPrank(caller);
        vm.expectRevert(why);
        registry.exit(id);
        vm.expectRevert(why);
        registry.rotateKeys(id, address(1), address(2));
        vm.expectRevert(why);
        registry.setTerms(id, alice, 0);
        vm.stopPrank();
    }

    function test_revoke_bitesAtTheNextEpoch_alsoBelowTheMinimum() external {
        propose(0);
        revoke(2);
        isIn(2, IValidatorRegistry.State.Revoked);
        isTrue(!staking.operatorOf(2).open, "no new stake at once");
        equal(epochs.validators().length, 4, "sits in the epoch under way");
        bytes32 digest = propose(0);
        equal(epochs.validators().length, 3, "not in the next");
        equal(registry.getValidators().length, 4, "blocks are made as before: exits need a chain");
        bytes[] memory signatures = new bytes[](3);
        signatures[0] = sign(FIRST_VALIDATOR_KEY, digest);
        signatures[1] = sign(FIRST_VALIDATOR_KEY + 2, digest);
        signatures[2] = sign(FIRST_VALIDATOR_KEY + 3, digest);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.TooFewOperators.selector, 3, 2));
        epochs.finalize(1, 2 | 8 | 16, signatures, SALT);
        enter(5, false);
        roll();
        equal(epochs.validators().length, 4, "filled again");
        equal(registry.getValidators().length, 4, "by another");
        equal(registry.getValidators()[3], application(5).node, "who makes blocks now");
    }

    function testFuzz_revoke_keepsTheBondUntilUnbondingHasPassed(uint256 bond) external {
        bond = bound(bond, 1, 1_000_000 * DOLLAR);
        postBond(2, bond);
        revoke(2);
        roll();
        refuses(IValidatorRegistry.TooEarly.selector);
        registry.withdrawBond(2);
        pass(UNBONDING_SECONDS);
        registry.withdrawBond(2);
        isIn(2, IValidatorRegistry.State.Revoked);
        equal(token.balanceOf(payoutWallet(2)), bond, "returned");
        equal(registry.operatorOfOwner(application(2).owner), 2, "its owner does not come again");
    }

    function test_revoke_ofTheWaiting_endsTheWait_twiceOrWithoutOrder_refused() external {
        enter(5, false);
        refuses(IValidatorRegistry.ZeroId.selector);
        vm.prank(certifier);
        registry.revoke(5, 0);
        revoke(5);
        roll();
        isTrue(!isSeated(5), "never sat");
        refuses(IValidatorRegistry.WrongState.selector);
        vm.prank(certifier);
        registry.revoke(5, "order");
        refuses(IValidatorRegistry.WrongState.selector);
        vm.prank(certifier);
        registry.certify(5, false, uint40(NEVER));
        refuses(IValidatorRegistry.UnknownOperator.selector);
        vm.prank(certifier);
        registry.revoke(77, "order");
    }

    function testFuzz_anExpiredCertificate_endsTheSeatAtTheNextEpoch(uint256 left) external {
        left = bound(left, 1, 1000);
        vm.prank(certifier);
        registry.certify(3, false, uint40(block.timestamp + EPOCH_SECONDS + left));
        roll();
        isTrue(isSeated(3), "valid at the proposal: the epoch under way keeps it");
        pass(left);
        equal(epochs.validators().length, 4, "to its end");
        roll();
        isTrue(!isSeated(3), "expired");
        isIn(3, IValidatorRegistry.State.Approved);
        vm.prank(certifier);
        registry.certify(3, false, uint40(block.timestamp + 1 days));
        postBond(3, BOND_MINIMUM);
        registry.activate(3);
        roll();
        isTrue(isSeated(3), "renewed");
    }

    function test_certify_asAffiliated_countsWithTheBank() external {
        vm.prank(certifier);
        registry.certify(2, true, uint40(NEVER));
        roll();
        isTrue(epochs.validators()[1].ofBank, "with the bank");
    }

    /// A founder may sit without bond until it is due; a slashed operator loses its seat when it can be spared.
    function test_aBondBelowTheMinimum_losesTheSeat() external {
        enter(5, false);
        enter(6, false);
        roll();
        roll();
        equal(registry.seats().length, 6, "six");
        staking.slash(6, 1, "reason", comptroller);
        roll();
        isTrue(!isSeated(6) && isSeated(2), "the founders' are not due yet");
        isIn(6, IValidatorRegistry.State.Approved);
        postBond(6, 1);
        registry.activate(6);
        roll();
        isTrue(isSeated(6), "topped up");
    }
}

contract RegistryKeysTest is Operators {
    function test_rotateKeys_holdsFromTheNextEpoch_andTheOldKeyIsNeverGivenAgain() external {
        roll();
        address signer = vm.addr(0x51);
        address node = vm.addr(0x52);
        vm.prank(controller(2));
        registry.rotateKeys(2, signer, node);
        equal(registry.changeOf(2).fromEpoch, 2, "the next");
        roll();
        equal(epochs.validators()[1].signer, application(2).signer, "epoch 1 is asked for again, with the old key");
        everybody(0);
        finish(_openDigest(), 15);
        roll();
        equal(epochs.validators()[1].signer, signer, "epoch 2 with the new one");
        equal(registry.getValidators()[1], node, "and the new node");
        equal(registry.changeOf(2).fromEpoch, 0, "done");
        equal(registry.operatorOfKey(application(2).signer), 2, "still answers for the old one");
        address old = application(2).signer;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyTaken.selector, old));
        vm.prank(controller(3));
        registry.rotateKeys(3, old, address(0));
        refuses(IValidatorRegistry.OnlyController.selector);
        vm.prank(controller(3));
        registry.rotateKeys(2, address(1), address(0));
    }

    function test_rotateKeys_ofTwoNodes_oneAtATime() external {
        for (uint8 id = 2; id <= 3; ++id) {
            vm.prank(controller(id));
            registry.rotateKeys(id, address(0), vm.addr(0x60 + id));
        }
        roll();
        equal(registry.getValidators()[1], vm.addr(0x62), "one of four");
        equal(registry.getValidators()[2], application(3).node, "the other waits");
        roll();
        equal(registry.getValidators()[2], vm.addr(0x63), "then the other");
    }

    function testFuzz_setTerms_holdFromTheNextEpoch(uint16 bps) external {
        bps = uint16(bound(bps, 0, 3_000));
        vm.startPrank(controller(2));
        refuses(IValidatorRegistry.NotVerified.selector);
        registry.setTerms(2, stranger, 100);
        refuses(IValidatorRegistry.CommissionTooHigh.selector);
        registry.setTerms(2, alice, 3_001 + bps);
        registry.setTerms(2, alice, bps);
        vm.stopPrank();
        equal(staking.operatorOf(2).commissionBps, 500, "not yet");
        roll();
        equal(staking.operatorOf(2).commissionBps, bps, "now");
        equal(staking.operatorOf(2).payoutWallet, alice, "and the wallet");
        isTrue(staking.operatorOf(2).open, "open as before");
        equal(registry.operatorOf(2).commissionBps, bps, "as the registry says");
    }

    function _openDigest() private view returns (bytes32 digest) {
        (, digest) = epochs.proposal();
    }
}

contract RegistryStandingTest is Operators {
    function _only(address caller) private {
        refuses(IValidatorRegistry.OnlyEpochManager.selector);
        vm.prank(caller);
    }

    function testFuzz_epochs_areTheManagersAlone(address caller) external {
        vm.assume(caller != address(epochs) && caller != address(evidence));
        _only(caller);
        registry.roll(1);
        _only(caller);
        registry.onEpochFinal(0, 0, 0);
        _only(caller);
        registry.strike(2, "reason");
        refuses(IValidatorRegistry.OnlyEvidence.selector);
        vm.prank(caller);
        registry.punish(2, true, "reason");
    }

    function _final(uint256 present, uint256 absent, uint256 wrong) private {
        vm.prank(address(epochs));
        registry.onEpochFinal(present, absent, wrong);
    }

    /// Where Staking takes no slash from the registry, nothing is done by halves.
    function test_punish_whereTheSlashFailsForAnotherReason_refused() external {
        postBond(2, 500 * DOLLAR);
        manager.revokeRole(10, address(registry));
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.NotPunished.selector, 2));
        vm.prank(address(evidence));
        registry.punish(2, true, "reason");
        isIn(2, IValidatorRegistry.State.Active);
    }

    /// Five missed in a row are a strike, one present between them starts the count anew.
    function test_missed_inARow_areAStrike_threeStrikesJail() external {
        for (uint256 i; i < 4; ++i) {
            _final(0, 1 << 3, 0);
        }
        equal(registry.operatorOf(3).missedInARow, 4, "four");
        _final(1 << 3, 0, 0);
        equal(registry.operatorOf(3).missedInARow, 0, "anew");
        for (uint256 i; i < 5; ++i) {
            _final(1 << 2, 1 << 3, 0);
        }
        equal(registry.operatorOf(3).strikes, 1, "a strike");
        for (uint256 i; i < 10; ++i) {
            _final(0, 1 << 3, 0);
        }
        isIn(3, IValidatorRegistry.State.Jailed);
        isTrue(isSeated(3), "until the next epoch that can spare it");
    }

    /// As many strikes as the limit says, wherever the timelock sets it.
    function testFuzz_wrongReveals_areStrikes(uint8 limit) external {
        IValidatorRegistry.Params memory p = params();
        p.strikeLimit = uint8(bound(limit, 1, 20));
        registry.setParams(p);
        for (uint256 i; i < p.strikeLimit; ++i) {
            isIn(4, IValidatorRegistry.State.Active);
            _final(0, 0, 1 << 4 | 1 << 2);
        }
        isIn(4, IValidatorRegistry.State.Jailed);
        isIn(2, IValidatorRegistry.State.Jailed);
    }

    function _jail(uint8 id) private {
        for (uint256 i; i < 3; ++i) {
            vm.prank(address(epochs));
            registry.strike(1 << id, "reason");
        }
    }

    function test_jailed_losesItsSeat_andComesBackOnlyReinstated() external {
        enter(5, false);
        enter(6, false);
        roll();
        roll();
        _jail(5);
        refuses(IValidatorRegistry.WrongState.selector);
        vm.prank(certifier);
        registry.reinstate(5);
        roll();
        isTrue(!isSeated(5), "spared");
        refuses(IValidatorRegistry.TooEarly.selector);
        vm.prank(certifier);
        registry.reinstate(5);
        pass(JAIL_SECONDS);
        vm.prank(certifier);
        registry.reinstate(5);
        isIn(5, IValidatorRegistry.State.Approved);
        equal(registry.operatorOf(5).strikes, 0, "clean");
        registry.activate(5);
        roll();
        isTrue(isSeated(5), "again");
        refuses(IValidatorRegistry.WrongState.selector);
        vm.prank(certifier);
        registry.reinstate(5);
    }

    function test_jailed_mayLeave_andTheWaitingAreJailedToo() external {
        enter(5, false);
        _jail(5);
        isIn(5, IValidatorRegistry.State.Jailed);
        roll();
        isTrue(!isSeated(5), "off the queue");
        exitAs(5);
        pass(UNBONDING_SECONDS);
        registry.withdrawBond(5);
        isIn(5, IValidatorRegistry.State.Exited);
        _jail(5);
        isIn(5, IValidatorRegistry.State.Exited);
        for (uint256 i; i < 300; ++i) {
            vm.prank(address(epochs));
            registry.strike(1 << 5, "reason");
        }
        equal(registry.operatorOf(5).strikes, 255, "counts no further");
    }

    function testFuzz_slashUnderOrder_isTheTimelocks_bondFirst(uint256 beyond) external {
        beyond = bound(beyond, 1, 900 * DOLLAR);
        postBond(2, 500 * DOLLAR);
        mintTo(bob, 10_000 * DOLLAR);
        stakeAs(bob, 2, 1000 * DOLLAR);
        refuses(IValidatorRegistry.ZeroId.selector);
        registry.slashUnderOrder(2, 1, 0);
        refuses(IValidatorRegistry.UnknownOperator.selector);
        registry.slashUnderOrder(9, 1, "order");
        vm.prank(address(timelock));
        registry.slashUnderOrder(2, 500 * DOLLAR + beyond, "order");
        equal(bondOf(2), 0, "bond first");
        equal(staking.stakeOfOperator(2), 1000 * DOLLAR - beyond, "then stake");
        staking.collectSlashed(comptroller);
        equal(token.balanceOf(comptroller), 500 * DOLLAR + beyond, "to the first-loss account");
    }

    function testFuzz_setParams_givenNonsense_refused(uint16 bps) external {
        bps = uint16(bound(bps, 10_001, type(uint16).max));
        IValidatorRegistry.Params memory p = params();
        p.bondMinimum = 7;
        registry.setParams(p);
        equal(registry.params().bondMinimum, 7, "set");
        p.missedLimit = 0;
        _bad(p);
        p = params();
        p.strikeLimit = 0;
        _bad(p);
        p = params();
        p.doubleSignBps = bps;
        _bad(p);
        p = params();
        p.badEntryBps = bps;
        _bad(p);
        p = params();
        p.firstLoss = address(0);
        _bad(p);
    }

    function _bad(IValidatorRegistry.Params memory p) private {
        refuses(IValidatorRegistry.BadParams.selector);
        registry.setParams(p);
    }
}
