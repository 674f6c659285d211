// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IERC7943Fungible} from "../../src/interfaces/IERC7943Fungible.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {IStateToken} from "../../src/interfaces/IStateToken.sol";
import {Granary} from "../utils/Granary.sol";

contract StateTokenMintTest is Granary {
    function test_mint_givenReserve_takesTheFeeIntoThePot() external {
        mintTo(alice, 1000 * DOLLAR);
        equal(token.balanceOf(alice), 999 * DOLLAR, "gross less 10 bps");
        equal(token.balanceOf(address(epochs)), DOLLAR, "fee");
        equal(epochs.feePot(), DOLLAR, "counted");
        equal(token.totalSupply(), 1000 * DOLLAR, "supply = gross");
    }

    function testFuzz_mint_feeRoundsUp_andSumsToGross(uint256 gross) external {
        gross = bound(gross, 1, CAP_PER_HOUR);
        mintTo(alice, gross);
        uint256 fee = (gross * 10 + 9_999) / 10_000;
        equal(epochs.feePot(), fee, "fee");
        equal(token.balanceOf(alice) + fee, gross, "sum");
    }

    function testFuzz_mint_whenNotIssuer_refused(address caller) external {
        vm.assume(caller != issuer);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(caller);
        token.mint(alice, 1, "p", "i");
    }

    function testFuzz_mint_givenUnverifiedWallet_refused(address wallet) external {
        vm.assume(!identities.isVerified(wallet));
        IReserveRegistry.Position memory p = cash(DOLLAR);
        record(p);
        vm.expectRevert(abi.encodeWithSelector(IERC7943Fungible.ERC7943CannotReceive.selector, wallet));
        vm.prank(issuer);
        token.mint(wallet, DOLLAR, p.positionId, "i");
    }

    function test_mint_givenExpiredWallet_refused() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        record(p);
        expire(alice);
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        vm.prank(issuer);
        token.mint(alice, DOLLAR, p.positionId, "i");
    }

    function test_mint_givenSystemContract_refused() external {
        refuses(IStateToken.UseItsOwnFunction.selector);
        vm.prank(issuer);
        token.mint(address(staking), DOLLAR, "p", "i");
    }

    function testFuzz_mint_aboveThePosition_refused(uint256 amount) external {
        amount = bound(amount, DOLLAR + 1, CAP_PER_HOUR);
        IReserveRegistry.Position memory p = cash(DOLLAR);
        record(p);
        vm.expectRevert(
            abi.encodeWithSelector(IReserveRegistry.PositionTooSmall.selector, p.positionId, DOLLAR, amount)
        );
        vm.prank(issuer);
        token.mint(alice, amount, p.positionId, "i");
    }

    function testFuzz_mint_givenUnknownPosition_refused(bytes32 positionId, uint256 amount) external {
        refuses(IReserveRegistry.UnknownPosition.selector);
        vm.prank(issuer);
        token.mint(alice, bound(amount, 1, CAP_PER_HOUR), positionId, "i");
    }

    function testFuzz_mint_givenStaleAttestation_refused(uint256 late) external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        record(p);
        pass(MAX_AGE + bound(late, 1, 3650 days - MAX_AGE));
        refuses(IReserveRegistry.StaleAttestation.selector);
        vm.prank(issuer);
        token.mint(alice, DOLLAR, p.positionId, "i");
    }

    function testFuzz_mint_givenUsedIssuance_refused(bytes32 id) external {
        vm.assume(id != 0);
        IReserveRegistry.Position memory p = cash(2 * DOLLAR);
        record(p);
        vm.startPrank(issuer);
        token.mint(alice, DOLLAR, p.positionId, id);
        vm.expectRevert(abi.encodeWithSelector(IStateToken.IssuanceUsed.selector, id));
        token.mint(alice, DOLLAR, p.positionId, id);
    }

    function test_mint_givenZeroAmountOrId_refused() external {
        vm.startPrank(issuer);
        refuses(IStateToken.ZeroAmount.selector);
        token.mint(alice, 0, "p", "i");
        refuses(IStateToken.ZeroId.selector);
        token.mint(alice, 1, "p", 0);
    }

    function testFuzz_mint_givenHugeAmount_refused(uint256 amount) external {
        vm.startPrank(issuer);
        refuses(IStateToken.CapExceeded.selector);
        token.mint(alice, bound(amount, CAP_PER_HOUR + 1, type(uint256).max), "p", "i");
    }

    function testFuzz_mint_neverPassesTheCap(uint256 first, uint256 second) external {
        first = bound(first, 1, CAP_PER_HOUR);
        second = bound(second, 1, CAP_PER_HOUR);
        mintTo(alice, first);
        equal(token.mintable(), CAP_PER_HOUR - first, "left");
        IReserveRegistry.Position memory p = cash(second);
        record(p);
        if (first + second > CAP_PER_HOUR) refuses(IStateToken.CapExceeded.selector);
        vm.prank(issuer);
        token.mint(alice, second, p.positionId, "second");
        atMost(token.totalSupply(), CAP_PER_HOUR, "within an hour");
    }

    function testFuzz_mint_whenPaused_refused(uint256 amount) external {
        vm.prank(guardian);
        token.pause();
        refuses(Pausable.EnforcedPause.selector);
        vm.prank(issuer);
        token.mint(alice, bound(amount, 1, type(uint256).max), "p", "i");
    }

    function test_mint_whenAnEpochWaitsTooLong_refusedUntilFinal() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        record(p);
        bytes32 digest = propose(0);
        pass(GRACE_SECONDS + 1);
        refuses(IStateToken.BooksNotFinal.selector);
        vm.prank(issuer);
        token.mint(alice, DOLLAR, p.positionId, "i");
        epochs.finalize(1, 15 << 1, signaturesOf(digest, 15), SALT);
        vm.prank(issuer);
        token.mint(alice, DOLLAR, p.positionId, "i");
    }
}

contract StateTokenRedeemTest is Granary {
    function setUp() public override {
        super.setUp();
        mintTo(alice, 1000 * DOLLAR);
    }

    function testFuzz_redeem_burnsGrossLessFee(uint256 gross) external {
        gross = bound(gross, 1, token.balanceOf(alice));
        (uint256 supply, uint256 pot, uint256 had) = (token.totalSupply(), epochs.feePot(), token.balanceOf(alice));
        vm.prank(alice);
        token.redeem(gross, "r");
        uint256 fee = (gross * 10 + 9_999) / 10_000;
        equal(token.balanceOf(alice), had - gross, "holder");
        equal(epochs.feePot(), pot + fee, "pot");
        equal(token.totalSupply(), supply - (gross - fee), "burned");
    }

    function test_redeem_whenPausedAndExpired_passes() external {
        expire(alice);
        vm.prank(guardian);
        token.pause();
        vm.prank(alice);
        token.redeem(10 * DOLLAR, "r");
        equal(token.balanceOf(alice), 989 * DOLLAR, "left the bank");
    }

    function testFuzz_redeem_whenFrozen_refused(uint256 amount) external {
        freeze(alice);
        refuses(IERC7943Fungible.ERC7943CannotSend.selector);
        vm.prank(alice);
        token.redeem(bound(amount, 1, type(uint256).max), "r");
    }

    function test_redeem_ofFrozenTokens_refused() external {
        vm.prank(enforcer);
        token.setFrozenTokens(alice, 998 * DOLLAR);
        vm.startPrank(alice);
        refuses(IERC7943Fungible.ERC7943InsufficientUnfrozenBalance.selector);
        token.redeem(2 * DOLLAR, "r");
        token.redeem(DOLLAR, "r");
    }

    function test_redeem_givenUsedIdZeroIdZeroAmount_refused() external {
        vm.startPrank(alice);
        token.redeem(1, "r");
        refuses(IStateToken.RedemptionUsed.selector);
        token.redeem(1, "r");
        refuses(IStateToken.ZeroId.selector);
        token.redeem(1, 0);
        refuses(IStateToken.ZeroAmount.selector);
        token.redeem(0, "z");
    }

    function testFuzz_redeem_aboveBalance_refused(uint256 amount) external {
        amount = bound(amount, token.balanceOf(alice) + 1, type(uint256).max);
        vm.startPrank(alice);
        refuses(IERC20Errors.ERC20InsufficientBalance.selector);
        token.redeem(amount, "r");
    }
}

contract StateTokenTransferTest is Granary {
    function setUp() public override {
        super.setUp();
        mintTo(alice, 1000 * DOLLAR);
    }

    function testFuzz_transfer_movesExactlyTheAmount(uint256 amount) external {
        amount = bound(amount, 0, token.balanceOf(alice));
        uint256 had = token.balanceOf(alice);
        isTrue(token.canTransfer(alice, bob, amount), "allowed before");
        vm.prank(alice);
        token.transfer(bob, amount);
        equal(token.balanceOf(bob), amount, "got");
        equal(token.balanceOf(alice), had - amount, "gave");
    }

    function testFuzz_transfer_toSelf_changesNothing(uint256 amount) external {
        amount = bound(amount, 0, 999 * DOLLAR);
        vm.prank(alice);
        token.transfer(alice, amount);
        equal(token.balanceOf(alice), 999 * DOLLAR, "same");
    }

    function testFuzz_transfer_toUnverified_refused(address to) external {
        vm.assume(to != address(0) && !identities.isVerified(to));
        isTrue(!token.canTransfer(alice, to, 1), "said before");
        isTrue(!token.canReceive(to), "cannot receive");
        vm.expectRevert(abi.encodeWithSelector(IERC7943Fungible.ERC7943CannotReceive.selector, to));
        vm.prank(alice);
        token.transfer(to, 1);
    }

    function test_transfer_whenSenderExpired_refused() external {
        expire(alice);
        isTrue(!token.canSend(alice), "said before");
        refuses(IERC7943Fungible.ERC7943CannotSend.selector);
        vm.prank(alice);
        token.transfer(bob, 1);
    }

    function test_transfer_atTheSecondAfterExpiry_refused() external {
        vm.prank(registrar);
        identities.setStatus(alice, IIdentityRegistry.Status.Verified, uint64(block.timestamp + 10));
        vm.warp(block.timestamp + 10);
        vm.prank(alice);
        token.transfer(bob, 1);
        vm.warp(block.timestamp + 1);
        refuses(IERC7943Fungible.ERC7943CannotSend.selector);
        vm.prank(alice);
        token.transfer(bob, 1);
    }

    function testFuzz_transfer_whenPaused_refused(uint256 amount) external {
        amount = bound(amount, 0, 999 * DOLLAR);
        vm.prank(guardian);
        token.pause();
        isTrue(!token.canTransfer(alice, bob, amount), "said before");
        refuses(Pausable.EnforcedPause.selector);
        vm.prank(alice);
        token.transfer(bob, amount);
    }

    function testFuzz_transfer_straightToASystemContract_refused(uint256 amount) external {
        amount = bound(amount, 0, 999 * DOLLAR);
        address[4] memory system = [address(staking), address(splitter), address(vault), address(epochs)];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IStateToken.UseItsOwnFunction.selector, system[i]));
            vm.prank(alice);
            token.transfer(system[i], amount);
        }
    }

    function testFuzz_transfer_ofFrozenTokens_refused(uint256 frozen, uint256 amount) external {
        frozen = bound(frozen, 0, 2000 * DOLLAR);
        amount = bound(amount, 0, 999 * DOLLAR);
        vm.prank(enforcer);
        token.setFrozenTokens(alice, frozen);
        uint256 free = frozen > 999 * DOLLAR ? 0 : 999 * DOLLAR - frozen;
        isTrue(token.canTransfer(alice, bob, amount) == (amount <= free), "said before");
        if (amount > free) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC7943Fungible.ERC7943InsufficientUnfrozenBalance.selector, alice, amount, free
                )
            );
        }
        vm.prank(alice);
        token.transfer(bob, amount);
    }

    function test_transferFrom_byPermit_once() external {
        uint256 key = 0xDAD;
        address dad = vm.addr(key);
        enrol(dad, IIdentityRegistry.Kind.Person, CLASS);
        mintTo(dad, 100 * DOLLAR);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, dad, bob, DOLLAR, 0, NEVER));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        token.permit(dad, bob, DOLLAR, NEVER, v, r, s);
        vm.prank(bob);
        token.transferFrom(dad, bob, DOLLAR);
        equal(token.balanceOf(bob), DOLLAR, "moved");
        vm.expectRevert();
        token.permit(dad, bob, DOLLAR, NEVER, v, r, s);
    }

    function testFuzz_canTransfer_outOfSystemContracts_isAnExit(uint256 amount) external {
        address[4] memory system = [address(staking), address(splitter), address(vault), address(epochs)];
        vm.prank(alice);
        token.approve(address(staking), type(uint256).max);
        amount = bound(amount, 1, token.balanceOf(alice));
        stakeAs(alice, 1, amount);
        expire(bob);
        isTrue(token.canTransfer(address(staking), bob, amount), "to the expired");
        isTrue(token.canTransfer(address(staking), address(vault), amount), "among themselves");
        isTrue(!token.canTransfer(address(staking), stranger, amount), "never to a stranger");
        isTrue(!token.canTransfer(address(staking), bob, amount + 1), "never more than is there");
        vm.prank(guardian);
        token.pause();
        for (uint256 i; i < 4; ++i) {
            isTrue(token.canSend(system[i]) == (i < 2), "staking and splitter pass every pause");
            isTrue(token.canReceive(system[i]), "all may receive");
        }
    }

    function test_supportsInterface_givenErc7943() external view {
        isTrue(token.supportsInterface(0x3edbb4c4), "ERC-7943 fungible");
        isTrue(token.supportsInterface(0x01ffc9a7), "ERC-165");
        isTrue(!token.supportsInterface(0xffffffff), "nothing else");
        equal(token.decimals(), 6, "decimals");
    }
}

contract StateTokenForcedTest is Granary {
    function setUp() public override {
        super.setUp();
        mintTo(alice, 1000 * DOLLAR);
        vm.prank(enforcer);
        token.setFrozenTokens(alice, 400 * DOLLAR);
    }

    function test_forcedTransferUnderOrder_takesFrozenTokensFirst() external {
        freeze(alice);
        vm.prank(enforcer);
        token.forcedTransferUnderOrder(alice, comptroller, 300 * DOLLAR, "order");
        equal(token.balanceOf(comptroller), 300 * DOLLAR, "seized");
        equal(token.getFrozenTokens(alice), 100 * DOLLAR, "the order's own tokens");
    }

    function test_forcedTransferUnderOrder_withoutOrder_refused() external {
        refuses(IStateToken.ZeroId.selector);
        vm.prank(enforcer);
        token.forcedTransferUnderOrder(alice, comptroller, 1, 0);
    }

    function test_forcedTransferUnderOrder_toUnverified_fromSystem_refused() external {
        vm.startPrank(enforcer);
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        token.forcedTransferUnderOrder(alice, stranger, 1, "order");
        refuses(IStateToken.UseItsOwnFunction.selector);
        token.forcedTransferUnderOrder(address(staking), bob, 1, "order");
        refuses(IStateToken.ZeroAmount.selector);
        token.forcedTransferUnderOrder(alice, bob, 0, "order");
    }

    function testFuzz_forcedTransferUnderOrder_aboveTheCap_refused(uint256 cap) external {
        cap = bound(cap, 1, 900 * DOLLAR);
        token.setForcedCap(cap, 2 * cap);
        vm.startPrank(enforcer);
        token.forcedTransferUnderOrder(alice, comptroller, cap, "order");
        refuses(IStateToken.CapExceeded.selector);
        token.forcedTransferUnderOrder(alice, comptroller, 1, "order");
    }

    function testFuzz_forcedTransfer_isTheTimelocksAlone(address caller) external {
        vm.assume(caller != address(timelock) && caller != address(this));
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(caller);
        token.forcedTransfer(alice, comptroller, 1);
        vm.prank(address(timelock));
        isTrue(token.forcedTransfer(alice, comptroller, 1), "done");
    }

    function test_setFees_aboveTwoPercent_refused() external {
        refuses(IStateToken.FeeTooHigh.selector);
        token.setFees(201, 0);
        refuses(IStateToken.FeeTooHigh.selector);
        token.setFees(0, 201);
        token.setFees(0, 0);
        uint256 pot = epochs.feePot();
        mintTo(bob, DOLLAR);
        equal(token.balanceOf(bob), DOLLAR, "no fee");
        vm.prank(bob);
        token.redeem(DOLLAR, "r");
        equal(epochs.feePot(), pot, "no fee");
    }

    function testFuzz_unpause_isTheTimelocksAlone(address caller) external {
        vm.assume(caller != address(timelock) && caller != address(this));
        vm.prank(guardian);
        token.pause();
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(caller);
        token.unpause();
        vm.prank(address(timelock));
        token.unpause();
        isTrue(token.canSend(bob), "runs again");
    }
}
