// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IERC7943Fungible} from "../../src/interfaces/IERC7943Fungible.sol";
import {Granary} from "../utils/Granary.sol";

contract EpochManagerTest is Granary {
    bytes32 private _digest;

    function setUp() public override {
        super.setUp();
        mintTo(alice, 1_000_000 * DOLLAR);
        stakeAs(alice, 1, 1000 * DOLLAR);
        stakeAs(alice, 2, 2000 * DOLLAR);
        stakeAs(alice, 3, 3000 * DOLLAR);
    }

    // ---- fees in

    function testFuzz_payFee_countsWhatWasMoved(uint256 amount) external {
        amount = bound(amount, 1, 900_000 * DOLLAR);
        uint256 pot = epochs.feePot();
        payFeeAs(alice, amount);
        equal(epochs.feePot(), pot + amount, "pot");
        equal(token.balanceOf(address(epochs)), pot + amount, "tokens");
    }

    function test_payFee_givenZero_orAKindWithItsOwnDoor_orUnverified_refused() external {
        vm.startPrank(alice);
        refuses(IEpochManager.ZeroAmount.selector);
        epochs.payFee(IEpochManager.FeeKind.Pledge, 0, 0);
        refuses(IEpochManager.WrongDoorFor.selector);
        epochs.payFee(IEpochManager.FeeKind.Issuance, 1, 0);
        refuses(IEpochManager.WrongDoorFor.selector);
        epochs.payFee(IEpochManager.FeeKind.Redemption, 1, 0);
        refuses(IEpochManager.WrongDoorFor.selector);
        epochs.payFee(IEpochManager.FeeKind.DataValidation, 1, 0);
        vm.stopPrank();
        expire(alice);
        refuses(IERC7943Fungible.ERC7943CannotSend.selector);
        vm.prank(alice);
        epochs.payFee(IEpochManager.FeeKind.Pledge, 1, 0);
    }

    function testFuzz_noteFee_isTheTokensAlone(address caller, uint256 amount) external {
        vm.assume(caller != address(token));
        refuses(IEpochManager.OnlyToken.selector);
        vm.prank(caller);
        epochs.noteFee(IEpochManager.FeeKind.Issuance, alice, amount, 0);
    }

    function test_requestDataValidation_linksTheRoots() external {
        vm.startPrank(alice);
        equal(epochs.requestDataValidation("one", DOLLAR), 1, "first");
        equal(epochs.requestDataValidation("two", 2 * DOLLAR), 2, "second");
        bytes32 digest = keccak256(abi.encode(bytes32(0), uint256(1), alice, bytes32("one"), DOLLAR));
        digest = keccak256(abi.encode(digest, uint256(2), alice, bytes32("two"), 2 * DOLLAR));
        equal(epochs.dataDigest(), digest, "running digest");
        refuses(IEpochManager.ZeroAmount.selector);
        epochs.requestDataValidation("three", 0);
    }

    // ---- propose

    function test_propose_snapshotsItsOwnCounters() external {
        payFeeAs(alice, 50 * DOLLAR);
        uint256 pot = epochs.feePot();
        bytes32 digest = propose(pot);
        (IEpochManager.Epoch memory epoch, bytes32 kept) = epochs.proposal();
        equal(kept, digest, "digest");
        equal(epochs.hashEpoch(epoch), digest, "digest is of this content");
        equal(epoch.number, 1, "number");
        equal(epoch.collected, pot, "collected");
        equal(epoch.carried, 0, "carried");
        equal(epoch.supply, token.totalSupply(), "supply");
        equal(epoch.marketValue, reserves.marketTotal(), "market");
        equal(epoch.parentBlockHash, blockhash(block.number - 1), "parent");
    }

    function testFuzz_propose_ofUncollected_refused(uint256 fees, uint256 wanted) external {
        payFeeAs(alice, bound(fees, 1, 1000 * DOLLAR));
        pass(EPOCH_SECONDS);
        uint256 pot = epochs.feePot();
        if (wanted > pot) {
            vm.expectRevert(abi.encodeWithSelector(IEpochManager.MoreThanCollected.selector, wanted, pot));
        }
        vm.prank(proposer);
        epochs.propose(wanted, batch(0));
    }

    function test_propose_tooEarly_orByAnother_refused() external {
        refuses(IEpochManager.TooEarly.selector);
        vm.prank(proposer);
        epochs.propose(0, batch(0));
        pass(EPOCH_SECONDS);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(issuer);
        epochs.propose(0, batch(0));
        propose(0);
        refuses(IEpochManager.TooEarly.selector);
        vm.prank(proposer);
        epochs.propose(0, batch(0));
    }

    function test_propose_again_replacesWhatIsNotFinal() external {
        bytes32 first = propose(1);
        payFeeAs(alice, DOLLAR);
        bytes32 second = propose(2);
        bytes[] memory old = signaturesOf(first, 15);
        refuses(IEpochManager.NotAValidator.selector);
        epochs.finalize(1, 30, old, SALT);
        epochs.finalize(1, 15 << 1, signaturesOf(second, 15), SALT);
        equal(staking.currentEpoch(), 2, "one epoch");
    }

    // ---- finalize

    function test_finalize_withFourOfFour_sharesByStake() external {
        payFeeAs(alice, 1000 * DOLLAR);
        uint256 pot = epochs.feePot();
        finishEpoch(600 * DOLLAR);
        equal(epochs.feePot(), pot - 600 * DOLLAR, "left in the pot");
        equal(splitter.fundedBy(address(staking)), 600 * DOLLAR, "in the splitter");
        equal(staking.operatorOf(1).rewardPerSecond, uint256(100 * DOLLAR) / 30, "1 of 6");
        equal(staking.operatorOf(3).rewardPerSecond, uint256(300 * DOLLAR) / 30, "3 of 6");
        equal(staking.operatorOf(4).rewardPerSecond, 0, "no stake, no share");
    }

    function test_finalize_withThreeOfFour_leavesTheAbsentWithoutShare() external {
        payFeeAs(alice, 1000 * DOLLAR);
        bytes32 digest = propose(500 * DOLLAR);
        epochs.finalize(1, 14 << 1, signaturesOf(digest, 14), SALT);
        equal(staking.operatorOf(1).rewardPerSecond, 0, "did not sign");
        equal(staking.operatorOf(2).rewardPerSecond, uint256(200 * DOLLAR) / 30, "2 of 5");
        equal(staking.operatorOf(3).rewardPerSecond, uint256(300 * DOLLAR) / 30, "3 of 5");
    }

    function test_finalize_withTheBankAndTwoOutside_isFinal() external {
        bytes32 digest = propose(0);
        epochs.finalize(1, 7 << 1, signaturesOf(digest, 7), SALT);
        (uint64 number, bytes32 kept,) = epochs.lastFinal();
        equal(number, 1, "number");
        equal(kept, digest, "digest");
    }

    function test_finalize_byTheBankAlone_refused() external {
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.OutsideMajorityNotReached.selector, 0, 2));
        epochs.finalize(1, 2, signatures, SALT);
    }

    /// However much is delegated to the bank, it counts for a third.
    function test_finalize_byTheBankWithNineTenthsOfTheStake_refused() external {
        stakeAs(alice, 1, 53_000 * DOLLAR);
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 3);
        (uint256 weight, uint256 needed,,) = epochs.quorumOf(6);
        equal(weight, 2000 * DOLLAR + 1 + 2500 * DOLLAR + 1, "half of what stands outside, beside the one outside");
        equal(needed, Math.ceilDiv((5000 * DOLLAR + 3 + 2500 * DOLLAR + 1) * 2, 3), "of three halves of it");
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.OutsideMajorityNotReached.selector, 1, 2));
        epochs.finalize(1, 6, signatures, SALT);
        finish(digest, 14);
    }

    /// All outside of one voice but one, and still less than two thirds of the weight.
    function test_finalize_belowTwoThirdsOfTheWeight_refused() external {
        stakeAs(alice, 4, 6000 * DOLLAR);
        bytes[] memory signatures = signaturesOf(propose(0), 7);
        vm.expectRevert(
            abi.encodeWithSelector(IEpochManager.QuorumNotReached.selector, 6000 * DOLLAR + 3, 8000 * DOLLAR + 3)
        );
        epochs.finalize(1, 14, signatures, SALT);
    }

    /// Positions always cover the supply, so only a registry that lies can bring this about.
    function testFuzz_proposeAndFinalize_whenTheReserveIsBelowTheSupply_refused(uint256 market) external {
        uint256 supply = token.totalSupply();
        market = bound(market, 0, supply - 1);
        bytes[] memory signatures = signaturesOf(propose(0), 15);
        vm.mockCall(address(reserves), abi.encodeCall(reserves.marketTotal, ()), abi.encode(market));
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.Unbacked.selector, supply, market));
        epochs.finalize(1, 30, signatures, SALT);
        pass(EPOCH_SECONDS);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.Unbacked.selector, supply, market));
        vm.prank(proposer);
        epochs.propose(0, batch(0));
    }

    function testFuzz_finalize_needsTwoThirdsAndTheOutsideMajority(uint256 who) external {
        who = bound(who, 0, 15);
        uint256 outside = (who >> 1 & 1) + (who >> 2 & 1) + (who >> 3 & 1);
        uint256 weight = (who & 1) * 1000 + (who >> 1 & 1) * 2000 + (who >> 2 & 1) * 3000;
        bytes[] memory signatures = signaturesOf(propose(0), who);
        if (outside < 2 || weight < 4000) vm.expectRevert();
        epochs.finalize(1, who << 1, signatures, SALT);
    }

    function test_finalize_withOneSignatureTwice_orUnsorted_orMiscounted_refused() external {
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 15);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        refuses(IEpochManager.NotAValidator.selector);
        epochs.finalize(1, 30, signatures, SALT);
        signatures[0] = signatures[1];
        refuses(IEpochManager.NotAValidator.selector);
        epochs.finalize(1, 30, signatures, SALT);
        signatures = signaturesOf(digest, 7);
        refuses(IEpochManager.WrongSignatureCount.selector);
        epochs.finalize(1, 30, signatures, SALT);
        refuses(IEpochManager.WrongSignatureCount.selector);
        epochs.finalize(1, 6, signatures, SALT);
        refuses(IEpochManager.WrongSignatureCount.selector);
        epochs.finalize(1, 14 | 1 << 77, signatures, SALT);
    }

    function test_finalize_byAStranger_orOverOtherContent_refused() external {
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 15);
        signatures[0] = sign(0xBAD, digest);
        refuses(IEpochManager.NotAValidator.selector);
        epochs.finalize(1, 30, signatures, SALT);
        signatures = signaturesOf(keccak256("other"), 15);
        refuses(IEpochManager.NotAValidator.selector);
        epochs.finalize(1, 30, signatures, SALT);
        signatures[0] = "";
        refuses(ECDSA.ECDSAInvalidSignatureLength.selector);
        epochs.finalize(1, 30, signatures, SALT);
    }

    function test_finalize_givenAMalleableSignature_refused() external {
        bytes32 digest = propose(0);
        bytes[] memory signatures = signaturesOf(digest, 15);
        bytes memory signature = signatures[0];
        bytes32 s;
        assembly {
            s := mload(add(signature, 64))
            let order := 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141
            mstore(add(signature, 64), sub(order, s))
        }
        signature[64] = signature[64] == 0x1b ? bytes1(0x1c) : bytes1(0x1b);
        refuses(ECDSA.ECDSAInvalidSignatureS.selector);
        epochs.finalize(1, 30, signatures, SALT);
    }

    function test_finalize_twice_orUnproposed_refused() external {
        bytes[] memory signatures = new bytes[](0);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.finalize(1, 30, signatures, SALT);
        signatures = signaturesOf(propose(0), 15);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.finalize(2, 30, signatures, SALT);
        epochs.finalize(1, 30, signatures, SALT);
        refuses(IEpochManager.AlreadyFinal.selector);
        epochs.finalize(1, 30, signatures, SALT);
        refuses(IEpochManager.NothingProposed.selector);
        epochs.finalize(2, 30, signatures, SALT);
    }

    function test_finalize_whenNobodyHasStake_waitsInThePot() external {
        unbondAs(alice, 1, 1000 * DOLLAR);
        unbondAs(alice, 2, 2000 * DOLLAR);
        unbondAs(alice, 3, 3000 * DOLLAR);
        uint256 pot = epochs.feePot();
        finishEpoch(pot);
        equal(epochs.feePot(), pot, "waits");
        stakeAs(alice, 4, DOLLAR);
        propose(pot);
        (IEpochManager.Epoch memory epoch, bytes32 digest) = epochs.proposal();
        equal(epoch.carried, pot, "carried");
        equal(epoch.collected, 0, "nothing new");
        epochs.finalize(2, 15 << 1, signaturesOf(digest, 15), SALT);
        equal(epochs.feePot(), 0, "paid");
    }

    function test_finalize_countsFeesPaidAfterTheProposalInTheNext() external {
        uint256 pot = epochs.feePot();
        bytes32 digest = propose(pot);
        payFeeAs(alice, 3 * DOLLAR);
        epochs.finalize(1, 15 << 1, signaturesOf(digest, 15), SALT);
        equal(epochs.collectedSinceLastFinal(), 3 * DOLLAR, "next");
        propose(0);
        (IEpochManager.Epoch memory epoch,) = epochs.proposal();
        equal(epoch.collected, 3 * DOLLAR, "collected");
        equal(epoch.carried, 0, "carried");
        equal(epoch.previousDigest, digest, "linked");
    }

    function testFuzz_finalize_sharesSumToWhatIsDistributed(uint256 a, uint256 b, uint256 c, uint256 fees) external {
        stakeAs(alice, 1, bound(a, 1, 100_000 * DOLLAR));
        stakeAs(alice, 2, bound(b, 1, 100_000 * DOLLAR));
        stakeAs(alice, 4, bound(c, 1, 100_000 * DOLLAR));
        payFeeAs(alice, bound(fees, 1, 100_000 * DOLLAR));
        uint256 pot = epochs.feePot();
        vm.recordLogs();
        finishEpoch(pot);
        equal(epochs.feePot(), 0, "all of it");
        equal(splitter.fundedBy(address(staking)), pot, "all of it");
    }
}
