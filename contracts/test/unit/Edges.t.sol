// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IERC7943Fungible} from "../../src/interfaces/IERC7943Fungible.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {IStateToken} from "../../src/interfaces/IStateToken.sol";
import {Division} from "../../src/libraries/Division.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Granary} from "../utils/Granary.sol";

/// A wallet with code: whatever is sent to it or asked of it is noted, and would be the moment to come back in.
contract Curious {
    uint256 public asked;

    fallback() external payable {
        ++asked;
    }

    receive() external payable {
        ++asked;
    }

    function act(address target, bytes calldata data) external {
        (bool done, bytes memory reason) = target.call(data);
        if (done) return;
        assembly {
            revert(add(reason, 32), mload(reason))
        }
    }
}

abstract contract WithStakes is Granary {
    function setUp() public virtual override {
        super.setUp();
        mintTo(alice, 100_000 * DOLLAR);
        mintTo(bob, 100_000 * DOLLAR);
        mintTo(carol, 1_000_000 * DOLLAR);
    }

    function epochWith(uint256 reward) internal {
        payFeeAs(carol, reward);
        finishEpoch(reward);
    }

    function claimable(address wallet) internal view returns (uint256) {
        return staking.stakeOf(wallet, 1).claimableGross;
    }
}

/// Order, time, first comers, gifts: none of them changes who gets what.
contract FairnessTest is WithStakes {
    function testFuzz_claimOrder_changesNothing(uint256 a, uint256 b, uint256 reward, uint256 wait) external {
        stakeAs(alice, 1, bound(a, 1, 90_000 * DOLLAR));
        stakeAs(bob, 1, bound(b, 1, 90_000 * DOLLAR));
        epochWith(bound(reward, 10, 100_000 * DOLLAR));
        pass(bound(wait, 1, 2 * EPOCH_SECONDS));
        uint256 before = vm.snapshotState();
        bytes32 one = _claimBoth(alice, bob);
        vm.revertToState(before);
        equal(_claimBoth(bob, alice), one, "the same in either order");
    }

    /// Fifteen seconds more or less at the proposal or at its end change nobody's share of it.
    function testFuzz_fifteenSeconds_changeNobodysShare(uint256 late, uint256 later, uint256 a, uint256 b) external {
        stakeAs(alice, 1, bound(a, DOLLAR, 90_000 * DOLLAR));
        stakeAs(bob, 1, bound(b, DOLLAR, 90_000 * DOLLAR));
        payFeeAs(carol, 1000 * DOLLAR);
        pass(EPOCH_SECONDS);
        uint256 before = vm.snapshotState();
        finishEpoch(1000 * DOLLAR);
        pass(EPOCH_SECONDS);
        (uint256 ofAlice, uint256 ofBob) = (claimable(alice), claimable(bob));
        vm.revertToState(before);
        pass(bound(late, 0, 15));
        bytes32 digest = propose(1000 * DOLLAR);
        pass(bound(later, 0, 15));
        epochs.finalize(1, 15 << 1, signaturesOf(digest, 15), SALT);
        pass(EPOCH_SECONDS);
        isTrue(ofAlice == claimable(alice) && ofBob == claimable(bob), "the same");
    }

    /// Whoever is in for a part of the drip earns at most that part.
    function testFuzz_stakedForAMoment_earnsAtMostThatMoment(uint256 amount, uint256 when) external {
        amount = bound(amount, 1, 90_000 * DOLLAR);
        stakeAs(alice, 1, 1000 * DOLLAR);
        stakeAs(bob, 1, amount);
        epochWith(3000 * DOLLAR);
        when = bound(when, 1, EPOCH_SECONDS);
        pass(when);
        unbondAs(bob, 1, amount);
        atMost(claimable(bob), 3000 * DOLLAR * when / EPOCH_SECONDS * amount / (amount + 1000 * DOLLAR) + 1, "its part");
        uint256 then = claimable(bob);
        pass(1000);
        equal(claimable(bob), then, "and nothing after");
    }

    /// The first staker of an operator cannot make the second lose: gifts do not reach the assets.
    function testFuzz_firstComerWithAGift_takesNothing(uint256 first, uint256 gift, uint256 victim) external {
        first = bound(first, 1, 1000);
        gift = bound(gift, 1, 50_000 * DOLLAR);
        victim = bound(victim, 1, 90_000 * DOLLAR);
        stakeAs(alice, 1, first);
        refuses(IStateToken.UseItsOwnFunction.selector);
        vm.prank(alice);
        token.transfer(address(staking), gift);
        vm.prank(alice);
        staking.postBond(1, gift);
        stakeAs(bob, 1, victim);
        equal(staking.stakeOf(bob, 1).pending, victim, "all his");
        equal(staking.stakeOf(alice, 1).pending, first, "nothing hers");
    }

    function testFuzz_requests_sumToWhatIsUnbonding_eachPaidOnce(uint256[6] calldata parts, uint256 order) external {
        stakeAs(alice, 1, 60_000 * DOLLAR);
        uint256[] memory ids = new uint256[](6);
        uint256 sum;
        for (uint256 i; i < 6; ++i) {
            uint256 part = bound(parts[i], 1, 10_000 * DOLLAR);
            ids[i] = unbondAs(alice, 1, part);
            sum += part;
        }
        equal(staking.operatorOf(1).unbonding, sum, "sum");
        pass(UNBONDING_SECONDS);
        uint256 had = token.balanceOf(alice);
        vm.startPrank(alice);
        for (uint256 i = 6; i > 0; --i) {
            uint256 pick = order % i;
            order /= i;
            staking.withdraw(ids[pick]);
            refuses(IStaking.UnknownRequest.selector);
            staking.withdraw(ids[pick]);
            ids[pick] = ids[i - 1];
        }
        equal(token.balanceOf(alice) - had, sum, "paid");
        equal(staking.operatorOf(1).unbonding, 0, "none left");
    }

    /// Bond first, then stake and unbonding in equal proportion.
    function testFuzz_slash_takesInTheStatedOrder(uint256 bond, uint256 leaving, uint256 amount) external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        bond = bound(bond, 1, 10_000 * DOLLAR);
        vm.prank(bob);
        token.approve(address(staking), type(uint256).max);
        vm.prank(bob);
        staking.postBond(1, bond);
        leaving = bound(leaving, 1, 999 * DOLLAR);
        unbondAs(alice, 1, leaving);
        amount = bound(amount, 1, bond + 900 * DOLLAR);
        staking.slash(1, amount, "reason", comptroller);
        equal(staking.operatorOf(1).bond, amount < bond ? bond - amount : 0, "bond first");
        uint256 rest = amount > bond ? amount - bond : 0;
        uint256 stays = 1000 * DOLLAR - leaving;
        near(staking.stakeOfOperator(1), stays - rest * stays / (1000 * DOLLAR), 1, "then stake by its part");
        if (amount <= bond) equal(staking.stakeOfOperator(1), stays, "and not before");
    }

    function _claimBoth(address first, address second) private returns (bytes32) {
        if (claimable(first) > 0) staking.claimFor(first, 1);
        if (claimable(second) > 0) staking.claimFor(second, 1);
        (uint256 federal, uint256 state, uint256 local) = splitter.unswept();
        return keccak256(
            abi.encode(token.balanceOf(alice), token.balanceOf(bob), federal + state + local, splitter.operatorFees(1))
        );
    }
}

/// Ether, code and odd amounts.
contract HostileInputTest is WithStakes {
    function test_walletsWithCode_areNeverCalled() external {
        Curious wallet = new Curious();
        enrol(address(wallet), IIdentityRegistry.Kind.Organisation, CLASS);
        mintTo(address(wallet), 1000 * DOLLAR);
        wallet.act(address(token), abi.encodeCall(token.approve, (address(staking), type(uint256).max)));
        wallet.act(address(staking), abi.encodeCall(staking.stake, (1, 100 * DOLLAR)));
        epochWith(10 * DOLLAR);
        pass(EPOCH_SECONDS);
        wallet.act(address(staking), abi.encodeCall(staking.claim, (1)));
        wallet.act(address(staking), abi.encodeCall(staking.requestUnbond, (1, 50 * DOLLAR)));
        uint256 id = staking.unbondingOf(address(wallet))[0].requestId;
        pass(UNBONDING_SECONDS);
        wallet.act(address(staking), abi.encodeCall(staking.withdraw, (id)));
        wallet.act(address(token), abi.encodeCall(token.redeem, (1 * DOLLAR, "r")));
        vm.prank(enforcer);
        token.forcedTransferUnderOrder(address(wallet), comptroller, 1, "order");
        staking.setOperator(1, address(wallet), 500, true);
        splitter.payOperatorFee(1);
        equal(wallet.asked(), 0, "nothing of it ran");
    }

    /// A contract cannot sign for a custodian, a valuer or a validator: signatures are recovered, never asked for.
    function test_walletsWithCode_cannotSignByCallback() external {
        Curious wallet = new Curious();
        vm.prank(controller(4));
        registry.rotateKeys(4, address(wallet), address(0));
        bytes32 digest = proposeOnly(0, batch("books"));
        for (uint256 i; i < 4; ++i) {
            if (i < 3) commitAs(i, ENTRIES, 0);
        }
        bytes24 hash = bytes24(keccak256(abi.encode(uint8(4), nonceOf(3), ENTRIES, bytes32(0))));
        wallet.act(address(epochs), abi.encodeCall(epochs.commit, (3, hash)));
        for (uint256 i; i < 4; ++i) {
            if (i < 3) revealAs(i, ENTRIES, 0);
        }
        wallet.act(address(epochs), abi.encodeCall(epochs.reveal, (3, nonceOf(3), ENTRIES, 0)));
        bytes[] memory signatures = signaturesOf(digest, 7);
        bytes[] memory more = new bytes[](4);
        for (uint256 i; i < 3; ++i) {
            more[i] = signatures[i];
        }
        more[3] = abi.encode(address(wallet));
        refuses(ECDSA.ECDSAInvalidSignatureLength.selector);
        epochs.finalize(1, 30, more, SALT);
        equal(wallet.asked(), 0, "never asked");
    }

    function testFuzz_forcedEther_changesNoBook(uint96 amount) external {
        stakeAs(alice, 1, 100 * DOLLAR);
        address[5] memory all = [address(token), address(staking), address(splitter), address(vault), address(epochs)];
        uint256 owed = staking.owed();
        uint256 supply = token.totalSupply();
        for (uint256 i; i < 5; ++i) {
            vm.deal(address(this), amount);
            (bool taken,) = all[i].call{value: amount}("");
            isTrue(!taken, "refused");
            vm.deal(all[i], amount);
        }
        equal(staking.owed(), owed, "owed");
        equal(token.totalSupply(), supply, "supply");
        finishEpoch(epochs.feePot());
        unbondAs(alice, 1, 100 * DOLLAR);
    }

    function testFuzz_amountsAboveWhatIsThere_refused_nothingMoves(uint256 amount) external {
        stakeAs(alice, 1, 1000 * DOLLAR);
        amount = bound(amount, 200_000 * DOLLAR, type(uint256).max);
        bytes32 before = _sums();
        vm.startPrank(alice);
        vm.expectRevert();
        token.transfer(bob, amount);
        vm.expectRevert();
        token.redeem(amount, "r");
        vm.expectRevert();
        staking.stake(1, amount);
        vm.expectRevert();
        staking.requestUnbond(1, amount);
        vm.expectRevert();
        staking.postBond(1, amount);
        vm.expectRevert();
        epochs.payFee(IEpochManager.FeeKind.Trading, amount, 0);
        vm.expectRevert();
        epochs.requestDataValidation("root", amount);
        vm.stopPrank();
        vm.expectRevert();
        vm.prank(enforcer);
        token.forcedTransferUnderOrder(alice, bob, amount, "order");
        vm.expectRevert();
        vm.prank(issuer);
        token.mint(alice, amount, "p", "i");
        equal(_sums(), before, "as before");
    }

    function testFuzz_toAndFromNobody_refused(uint256 amount) external {
        amount = bound(amount, 1, 1000 * DOLLAR);
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        vm.prank(issuer);
        token.mint(address(0), amount, "p", "i");
        refuses(IERC20Errors.ERC20InvalidReceiver.selector);
        vm.prank(alice);
        token.transfer(address(0), amount);
        vm.prank(alice);
        token.transfer(alice, amount);
        equal(token.balanceOf(alice), 99_900 * DOLLAR, "to oneself: as before");
        vm.prank(alice);
        token.transfer(bob, 0);
    }

    function _sums() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                token.totalSupply(), token.balanceOf(alice), token.balanceOf(bob), staking.owed(), epochs.feePot()
            )
        );
    }
}

/// Signatures: for one chain, one contract, one use, in one form.
contract SignatureTest is WithStakes {
    uint256 private constant DAD_KEY = 0xDAD;
    address private _dad = vm.addr(DAD_KEY);

    function setUp() public override {
        super.setUp();
        enrol(_dad, IIdentityRegistry.Kind.Person, CLASS);
        mintTo(_dad, 100 * DOLLAR);
    }

    function testFuzz_permit_onAFork_refused(uint64 fork) external {
        fork = uint64(bound(fork, 1, 1 << 40));
        vm.assume(fork != block.chainid);
        (uint8 v, bytes32 r, bytes32 s) = _permit();
        uint256 home = block.chainid;
        vm.chainId(fork);
        vm.expectRevert();
        token.permit(_dad, bob, DOLLAR, NEVER, v, r, s);
        vm.chainId(home);
        token.permit(_dad, bob, DOLLAR, NEVER, v, r, s);
        equal(token.allowance(_dad, bob), DOLLAR, "at home it holds");
        equal(token.nonces(_dad), 1, "once");
    }

    function testFuzz_reserveSignatures_onAFork_refused(uint64 fork) external {
        fork = uint64(bound(fork, 1, 1 << 40));
        vm.assume(fork != block.chainid);
        IReserveRegistry.Position memory p = cash(DOLLAR);
        bytes memory receipt = custodianSigns(p);
        bytes memory valuation = valuerSigns(p);
        vm.chainId(fork);
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, receipt, valuation);
    }

    function testFuzz_validatorSignatures_onAFork_refused(uint64 fork) external {
        fork = uint64(bound(fork, 1, 1 << 40));
        vm.assume(fork != block.chainid);
        bytes[] memory signatures = signaturesOf(propose(0), 15);
        (IEpochManager.Epoch memory epoch, bytes32 digest) = epochs.proposal();
        vm.chainId(fork);
        isTrue(epochs.hashEpoch(epoch) != digest, "another digest there");
        vm.chainId(31337);
        epochs.finalize(1, 30, signatures, SALT);
    }

    /// The other form of the same signature (n - s) is no second signature.
    function test_permit_andReceipt_inTheirOtherForm_refused() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit();
        refuses(ECDSA.ECDSAInvalidSignatureS.selector);
        token.permit(_dad, bob, DOLLAR, NEVER, v == 27 ? 28 : 27, r, _other(s));
        IReserveRegistry.Position memory p = cash(DOLLAR);
        bytes memory valuation = valuerSigns(p);
        bytes memory receipt = custodianSigns(p);
        assembly {
            r := mload(add(receipt, 32))
            s := mload(add(receipt, 64))
        }
        v = uint8(receipt[64]) == 27 ? 28 : 27;
        refuses(ECDSA.ECDSAInvalidSignatureS.selector);
        reserves.record(p, abi.encodePacked(r, _other(s), v), valuation);
    }

    function _other(bytes32 s) private pure returns (bytes32) {
        return bytes32(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(s));
    }

    function _permit() private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, _dad, bob, DOLLAR, 0, NEVER));
        return vm.sign(DAD_KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash)));
    }
}

/// What the proofs take as division that rounds up is OpenZeppelin's.
contract DivisionTest is Granary {
    function setUp() public override {}

    function testFuzz_up_equalsOpenZeppelin(uint256 a, uint256 b) external pure {
        vm.assume(b > 0);
        equal(Division.up(a, b), Math.ceilDiv(a, b), "up");
    }
}
