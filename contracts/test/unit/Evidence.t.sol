// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IEvidence} from "../../src/interfaces/IEvidence.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Operators} from "../utils/Operators.sol";

contract DoubleSignTest is Operators {
    IEpochManager.Epoch private _real;
    IEpochManager.Epoch private _false;
    bytes private _realSignature;
    bytes private _falseSignature;

    function setUp() public override {
        super.setUp();
        postBond(2, 2000 * DOLLAR);
        mintTo(bob, 10_000 * DOLLAR);
        stakeAs(bob, 2, 3000 * DOLLAR);
        bytes32 digest = propose(0);
        (_real,) = epochs.proposal();
        (_false,) = epochs.proposal();
        _false.supply += 1;
        _realSignature = sign(FIRST_VALIDATOR_KEY + 1, digest);
        _falseSignature = sign(FIRST_VALIDATOR_KEY + 1, epochs.hashEpoch(_false));
    }

    function test_twoSignatures_slashTheBondFirst_andJail_whoeverShowsThem() external {
        vm.prank(stranger);
        evidence.proveDoubleSign(_real, _realSignature, _false, _falseSignature);
        equal(bondOf(2), 1500 * DOLLAR, "a tenth of bond and stake, from the bond");
        equal(staking.stakeOfOperator(2), 3000 * DOLLAR, "delegators untouched");
        isIn(2, IValidatorRegistry.State.Jailed);
        staking.collectSlashed(comptroller);
        equal(token.balanceOf(comptroller), 500 * DOLLAR, "to the first-loss account");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.AlreadyPunished.selector, 2, 1));
        evidence.proveDoubleSign(_false, _falseSignature, _real, _realSignature);
    }

    function testFuzz_slash_takesBondBeforeStake(uint256 bond, uint256 stake, uint16 bps) external {
        bond = bound(bond, 1, 1_000_000 * DOLLAR);
        stake = bound(stake, 1, 5_000 * DOLLAR);
        IValidatorRegistry.Params memory p = params();
        p.doubleSignBps = uint16(bound(bps, 1, 10_000));
        registry.setParams(p);
        postBond(2, bond);
        stakeAs(bob, 2, stake);
        (uint256 bondBefore, uint256 stakeBefore) = (bondOf(2), staking.stakeOfOperator(2));
        uint256 amount = ((bondBefore + stakeBefore) * p.doubleSignBps + 9_999) / 10_000;
        evidence.proveDoubleSign(_real, _realSignature, _false, _falseSignature);
        if (amount <= bondBefore) {
            equal(bondOf(2), bondBefore - amount, "from the bond");
            equal(staking.stakeOfOperator(2), stakeBefore, "nothing else");
        } else {
            equal(bondOf(2), 0, "all of the bond");
            isTrue(staking.stakeOfOperator(2) > 0, "never to zero");
        }
    }

    /// The chain asked for both: whoever signed a proposal and what replaced it did its duty twice.
    function test_aReplacedProposal_isNoDoubleSign() external {
        bytes32 digest = propose(0);
        (IEpochManager.Epoch memory second,) = epochs.proposal();
        bytes memory signature = sign(FIRST_VALIDATOR_KEY + 1, digest);
        refuses(IEvidence.BothWereProposed.selector);
        evidence.proveDoubleSign(_real, _realSignature, second, signature);
    }

    function test_oneContent_orTwoEpochs_orTwoOperators_orNobodysKey_refused() external {
        refuses(IEvidence.SameDigest.selector);
        evidence.proveDoubleSign(_real, _realSignature, _real, _realSignature);
        _false.number = 2;
        refuses(IEvidence.DifferentEpochs.selector);
        evidence.proveDoubleSign(_real, _realSignature, _false, _falseSignature);
        _false.number = 1;
        bytes memory ofThird = sign(FIRST_VALIDATOR_KEY + 2, epochs.hashEpoch(_false));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotOneOperator.selector, 2, 3));
        evidence.proveDoubleSign(_real, _realSignature, _false, ofThird);
        bytes memory ofNobody = sign(0xBAD, epochs.hashEpoch(_false));
        bytes memory ofNobodyToo = sign(0xBAD, epochs.hashEpoch(_real));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotOneOperator.selector, 0, 0));
        evidence.proveDoubleSign(_real, ofNobodyToo, _false, ofNobody);
    }

    /// With another key of the same operator, and long after it wanted out.
    function test_theExiting_areSlashedUntilTheirBondIsBack_withAnyKeyTheyHad() external {
        address signer = vm.addr(0x77);
        vm.prank(controller(2));
        registry.rotateKeys(2, signer, address(0));
        bytes memory ofNewKey = sign(0x77, epochs.hashEpoch(_false));
        enter(5, false);
        exitAs(2);
        roll();
        roll();
        isTrue(!isSeated(2), "out");
        evidence.proveDoubleSign(_real, _realSignature, _false, ofNewKey);
        equal(bondOf(2), 1500 * DOLLAR, "slashed all the same");
        isIn(2, IValidatorRegistry.State.Exiting);
    }

    /// Nothing to take does not save it from jail.
    function test_withoutBondAndStake_jailsOnly() external {
        bytes memory ofThird = sign(FIRST_VALIDATOR_KEY + 2, epochs.hashEpoch(_false));
        bytes memory real = sign(FIRST_VALIDATOR_KEY + 2, epochs.hashEpoch(_real));
        evidence.proveDoubleSign(_real, real, _false, ofThird);
        isIn(3, IValidatorRegistry.State.Jailed);
    }
}
