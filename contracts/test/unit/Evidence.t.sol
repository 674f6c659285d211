// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IEvidence} from "../../src/interfaces/IEvidence.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {EpochEntries} from "../../src/libraries/EpochEntries.sol";
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

    /// Whoever proves its own guilt with too little gas for the slash proves nothing.
    function testFuzz_withTooLittleGas_nothingIsProven(uint256 gas) external {
        gas = bound(gas, 30_000, 400_000);
        try evidence.proveDoubleSign{gas: gas}(_real, _realSignature, _false, _falseSignature) {
            equal(bondOf(2), 1500 * DOLLAR, "slashed");
        } catch {
            equal(bondOf(2), 2000 * DOLLAR, "not yet");
            evidence.proveDoubleSign(_real, _realSignature, _false, _falseSignature);
            equal(bondOf(2), 1500 * DOLLAR, "still to be proven");
        }
    }

    /// Nothing to take does not save it from jail.
    function test_withoutBondAndStake_jailsOnly() external {
        bytes memory ofThird = sign(FIRST_VALIDATOR_KEY + 2, epochs.hashEpoch(_false));
        bytes memory real = sign(FIRST_VALIDATOR_KEY + 2, epochs.hashEpoch(_real));
        evidence.proveDoubleSign(_real, real, _false, ofThird);
        isIn(3, IValidatorRegistry.State.Jailed);
    }
}

contract BadEntryTest is Operators {
    IEpochManager.Epoch private _epoch;

    function setUp() public override {
        super.setUp();
        for (uint8 id = 1; id <= 4; ++id) {
            postBond(id, 1000 * DOLLAR);
        }
        mintTo(bob, 10_000 * DOLLAR);
        stakeAs(bob, 2, 500 * DOLLAR);
    }

    // ---- entries

    function test_anEntryThatDoesNotBalance_slashesItsSigners_once() external {
        bytes memory bad = entry(100, -99);
        (bytes32[] memory siblings, uint256 rights) = _final(bad, 14);
        vm.prank(stranger);
        evidence.proveBadEntry(_epoch, bad, siblings, rights);
        equal(bondOf(1), 1000 * DOLLAR, "did not sign");
        equal(bondOf(2), 700 * DOLLAR, "a fifth of bond and stake, from the bond");
        equal(bondOf(3), 800 * DOLLAR, "a fifth");
        equal(bondOf(4), 800 * DOLLAR, "a fifth");
        equal(staking.stakeOfOperator(2), 500 * DOLLAR, "delegators untouched");
        isIn(3, IValidatorRegistry.State.Jailed);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.AlreadyProven.selector, 1));
        evidence.proveBadEntry(_epoch, bad, siblings, rights);
    }

    function testFuzz_anEntryThatBalances_provesNothing(int128 amount, uint8 more) external {
        vm.assume(amount != type(int128).min);
        bytes memory right = more % 2 == 0 ? entry(amount, -amount) : _threeLines(amount);
        (bytes32[] memory siblings, uint256 rights) = _final(right, 15);
        refuses(IEvidence.NothingWrong.selector);
        evidence.proveBadEntry(_epoch, right, siblings, rights);
    }

    function testFuzz_anEntryThatDoesNot_provesIt(int128 one, int128 other) external {
        vm.assume(int256(one) + other != 0);
        bytes memory bad = entry(one, other);
        (bytes32[] memory siblings, uint256 rights) = _final(bad, 15);
        evidence.proveBadEntry(_epoch, bad, siblings, rights);
        isIn(1, IValidatorRegistry.State.Jailed);
    }

    /// Dollars do not balance against tokens.
    function testFuzz_anEntryOfTwoAssets_mustBalanceInEach(int128 amount) external {
        vm.assume(amount != 0 && amount != type(int128).min);
        bytes memory bad = abi.encodePacked(
            "E", uint64(1), uint8(2), address(1), bytes4("USD"), amount, address(2), bytes4("MDD"), -amount
        );
        (bytes32[] memory siblings, uint256 rights) = _final(bad, 15);
        evidence.proveBadEntry(_epoch, bad, siblings, rights);
    }

    function test_anEntryOfAnotherShape_isBad_anotherKindIsNotJudged() external {
        bytes[7] memory leaves = [
            bytes(""),
            bytes("E"),
            abi.encodePacked("E", uint64(1), uint8(0)),
            abi.encodePacked(entry(1, -1), "x"),
            abi.encodePacked("E", uint64(1), uint8(1), address(1), bytes4("USD"), int128(1), "short"),
            bytes("T"),
            tax(1000, 0x790000, 605, 0, 0)
        ];
        uint256 before = vm.snapshotState();
        for (uint256 i; i < leaves.length; ++i) {
            (bytes32[] memory siblings, uint256 rights) = _final(leaves[i], 15);
            evidence.proveBadEntry(_epoch, leaves[i], siblings, rights);
            vm.revertToState(before);
        }
        (bytes32[] memory path, uint256 sides) = _final("H something held", 15);
        refuses(IEvidence.NothingWrong.selector);
        evidence.proveBadEntry(_epoch, "H something held", path, sides);
    }

    function testFuzz_aTaxLine_isWhatItsClassSays(uint128 base, uint24 rateClass, uint8 which, uint128 more) external {
        base = uint128(bound(base, 0, 1e30));
        rateClass = uint24(bound(rateClass >> 16, 0, 60)) << 16 | uint24(bound(uint8(rateClass >> 8), 0, 40)) << 8
            | uint24(bound(uint8(rateClass), 0, 20));
        uint128[3] memory lines = [
            uint128(uint256(base) * (rateClass >> 16) / 200),
            uint128(uint256(base) * uint8(rateClass >> 8) / 200),
            uint128(uint256(base) * uint8(rateClass) / 200)
        ];
        bytes memory right = tax(base, rateClass, lines[0], lines[1], lines[2]);
        lines[which % 3] = lines[which % 3] > 0 && more % 2 == 0 ? lines[which % 3] - 1 : lines[which % 3] + 1;
        bytes memory bad = tax(base, rateClass, lines[0], lines[1], lines[2]);
        (bytes32[] memory siblings, uint256 rights) = _final(right, bad);
        refuses(IEvidence.NothingWrong.selector);
        evidence.proveBadEntry(_epoch, right, siblings, rights);
        siblings[0] = sha256(abi.encodePacked(uint8(0), right));
        evidence.proveBadEntry(_epoch, bad, siblings, 0);
    }

    function test_aLeafOfAnotherTree_orANodeAsLeaf_orAnEpochNotFinal_refused() external {
        bytes memory bad = entry(1, 1);
        (bytes32[] memory siblings, uint256 rights) = _final(bad, 15);
        refuses(IEvidence.NotInTheTree.selector);
        evidence.proveBadEntry(_epoch, entry(2, 2), siblings, rights);
        bytes32 leaf = sha256(abi.encodePacked(uint8(0), bad));
        refuses(IEvidence.NotInTheTree.selector);
        evidence.proveBadEntry(_epoch, abi.encodePacked(leaf, siblings[0]), new bytes32[](0), 0);
        IEpochManager.Epoch memory invented = _epoch;
        invented.supply += 1;
        refuses(IEvidence.NotFinal.selector);
        evidence.proveBadEntry(invented, bad, siblings, rights);
        (invented,) = _proposed(bad);
        refuses(IEvidence.NotFinal.selector);
        evidence.proveBadEntry(invented, bad, siblings, rights);
    }

    // ---- sums

    function testFuzz_aNegativeBalance_provesIt(uint64 below) external {
        int128 debt = int128(uint128(bound(below, 1, type(uint64).max)));
        EpochEntries.SumNode memory left = EpochEntries.SumNode("a", -debt);
        EpochEntries.SumNode memory right = EpochEntries.SumNode("b", 10 + debt);
        EpochEntries.SumStep[] memory steps = _sums(left, right, 10, 90, 100);
        evidence.proveBadSum(_epoch, left, right, steps);
        isIn(2, IValidatorRegistry.State.Jailed);
        (left, right) = (right, left);
        refuses(IEvidence.NotInTheTree.selector);
        evidence.proveBadSum(_epoch, left, right, steps);
    }

    function testFuzz_aSumThatIsNotThatOfItsChildren_provesIt(int128 stated) external {
        vm.assume(stated != 10);
        EpochEntries.SumNode memory left = EpochEntries.SumNode("a", 4);
        EpochEntries.SumNode memory right = EpochEntries.SumNode("b", 6);
        EpochEntries.SumStep[] memory steps = _sums(left, right, stated, 91, 100);
        evidence.proveBadSum(_epoch, left, right, steps);
    }

    function testFuzz_aTotalThatIsNotTheRootsSum_provesIt(uint256 total) external {
        vm.assume(total != 100);
        EpochEntries.SumNode memory left = EpochEntries.SumNode("a", 4);
        EpochEntries.SumNode memory right = EpochEntries.SumNode("b", 6);
        _sums(left, right, 10, 90, total);
        EpochEntries.SumNode memory top = EpochEntries.SumNode(EpochEntries.sumNode(left, right), 10);
        EpochEntries.SumNode memory beside = EpochEntries.SumNode("c", 90);
        evidence.proveBadSum(_epoch, top, beside, new EpochEntries.SumStep[](0));
    }

    function testFuzz_rightSums_proveNothing(uint64 a, uint64 b, uint64 c) external {
        EpochEntries.SumNode memory left = EpochEntries.SumNode("a", int128(uint128(a)));
        EpochEntries.SumNode memory right = EpochEntries.SumNode("b", int128(uint128(b)));
        int128 both = left.sum + right.sum;
        EpochEntries.SumStep[] memory steps = _sums(left, right, both, int128(uint128(c)), uint256(a) + b + c);
        refuses(IEvidence.NothingWrong.selector);
        evidence.proveBadSum(_epoch, left, right, steps);
        EpochEntries.SumNode memory top = EpochEntries.SumNode(EpochEntries.sumNode(left, right), both);
        EpochEntries.SumNode memory beside = EpochEntries.SumNode("c", int128(uint128(c)));
        refuses(IEvidence.NothingWrong.selector);
        evidence.proveBadSum(_epoch, top, beside, new EpochEntries.SumStep[](0));
    }

    // ---- making them

    function entry(int128 one, int128 other) internal pure returns (bytes memory) {
        return
            abi.encodePacked("E", uint64(7), uint8(2), address(1), bytes4("USD"), one, address(2), bytes4("USD"), other);
    }

    function tax(uint128 base, uint24 rateClass, uint128 federal, uint128 state, uint128 local)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked("T", uint64(7), base, rateClass, federal, state, local);
    }

    function _threeLines(int128 amount) private pure returns (bytes memory) {
        int128 half = amount / 2;
        return abi.encodePacked(
            "E",
            uint64(7),
            uint8(3),
            abi.encodePacked(address(1), bytes4("USD"), amount),
            abi.encodePacked(address(2), bytes4("USD"), -half),
            abi.encodePacked(address(3), bytes4("USD"), half - amount)
        );
    }

    function _final(bytes memory leaf, uint256 who) private returns (bytes32[] memory siblings, uint256 rights) {
        bytes32 digest;
        (_epoch, digest) = _proposed(leaf);
        (siblings, rights) = (new bytes32[](1), 1);
        siblings[0] = "sibling";
        everybody(0);
        finish(digest, who);
    }

    /// Two leaves beside each other; the path is the left one's.
    function _final(bytes memory left, bytes memory right) private returns (bytes32[] memory siblings, uint256 rights) {
        IEpochManager.Batch memory content = batch("books");
        (siblings, rights) = (new bytes32[](1), 1);
        siblings[0] = sha256(abi.encodePacked(uint8(0), right));
        content.entriesRoot = sha256(abi.encodePacked(uint8(1), sha256(abi.encodePacked(uint8(0), left)), siblings[0]));
        bytes32 digest = proposeOnly(0, content);
        (_epoch,) = epochs.proposal();
        everybody(0);
        finish(digest, 15);
    }

    function _proposed(bytes memory leaf) private returns (IEpochManager.Epoch memory epoch, bytes32 digest) {
        IEpochManager.Batch memory content = batch("books");
        content.entriesRoot =
            sha256(abi.encodePacked(uint8(1), sha256(abi.encodePacked(uint8(0), leaf)), bytes32("sibling")));
        digest = proposeOnly(0, content);
        (epoch,) = epochs.proposal();
    }

    /// left and right under a node stated as `stated`, beside it `beside`, all under the stated total.
    function _sums(
        EpochEntries.SumNode memory left,
        EpochEntries.SumNode memory right,
        int128 stated,
        int128 beside,
        uint256 total
    ) private returns (EpochEntries.SumStep[] memory steps) {
        steps = new EpochEntries.SumStep[](1);
        steps[0] = EpochEntries.SumStep(stated, EpochEntries.SumNode("c", beside), true);
        IEpochManager.Batch memory content = batch("books");
        EpochEntries.SumNode memory top = EpochEntries.SumNode(EpochEntries.sumNode(left, right), stated);
        content.liabilitiesRoot = EpochEntries.sumNode(top, steps[0].sibling);
        content.liabilities = total;
        bytes32 digest = proposeOnly(0, content);
        (_epoch,) = epochs.proposal();
        everybody(0);
        finish(digest, 15);
    }
}
