// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IERC7943Fungible} from "../../src/interfaces/IERC7943Fungible.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IPayoutSplitter} from "../../src/interfaces/IPayoutSplitter.sol";
import {ITaxVault} from "../../src/interfaces/ITaxVault.sol";
import {Granary} from "../utils/Granary.sol";

/// carol plays another payer, as a pool or a farm will be.
abstract contract Funded is Granary {
    function setUp() public virtual override {
        super.setUp();
        mintTo(carol, 10_000_000 * DOLLAR);
        splitter.setPayer(carol, true);
        vm.prank(carol);
        token.approve(address(splitter), type(uint256).max);
    }

    function fund(uint256 amount) internal {
        vm.prank(carol);
        splitter.fund(carol, amount);
    }

    function pay(uint256 gross, uint256 operatorFee, uint24 rateClass) internal returns (uint256) {
        IPayoutSplitter.Slice[] memory slices = new IPayoutSplitter.Slice[](1);
        slices[0] = IPayoutSplitter.Slice(gross, operatorFee, rateClass);
        vm.prank(carol);
        return splitter.pay(alice, 2, slices);
    }

    function withheld() internal view returns (uint256) {
        (uint256 federal, uint256 state, uint256 local) = splitter.unswept();
        return federal + state + local;
    }
}

contract PayoutSplitterTest is Funded {
    function testFuzz_pay_linesSumToGross(uint256 gross, uint256 operatorFee, uint24 rateClass) external {
        vm.assume(uint256(rateClass >> 16) + uint8(rateClass >> 8) + uint8(rateClass) <= 200);
        gross = bound(gross, 1, 9_000_000 * DOLLAR);
        operatorFee = bound(operatorFee, 0, gross);
        fund(gross);
        uint256 net = pay(gross, operatorFee, rateClass);
        equal(token.balanceOf(alice), net, "net");
        equal(withheld() + splitter.operatorFees(2) + net, gross, "sum");
        equal(token.balanceOf(address(splitter)), withheld() + operatorFee, "holds the counters, no more");
    }

    function testFuzz_pay_inSlices_sumsToo(uint128[5] calldata parts, uint24[5] calldata classes) external {
        IPayoutSplitter.Slice[] memory slices = new IPayoutSplitter.Slice[](5);
        uint256 gross;
        for (uint256 i; i < 5; ++i) {
            uint256 part = bound(parts[i], 0, 1_000_000 * DOLLAR);
            uint24 class = uint24(classes[i] % 120);
            slices[i] = IPayoutSplitter.Slice(part, part / 10, class);
            gross += part;
        }
        fund(gross);
        vm.prank(carol);
        uint256 net = splitter.pay(alice, 2, slices);
        equal(withheld() + splitter.operatorFees(2) + net, gross, "sum");
        equal(splitter.fundedBy(carol), 0, "used up");
    }

    function testFuzz_quote_equalsThePayout(uint256 gross, uint256 operatorFee) external {
        gross = bound(gross, 1, 9_000_000 * DOLLAR);
        operatorFee = bound(operatorFee, 0, gross);
        fund(gross);
        (uint256 federal, uint256 state, uint256 local, uint256 net) = splitter.quote(alice, gross, operatorFee);
        equal(pay(gross, operatorFee, CLASS), net, "net");
        (uint256 f, uint256 s, uint256 l) = splitter.unswept();
        isTrue(f == federal && s == state && l == local, "lines");
    }

    function testFuzz_quote_onceAChangeOfClassIsDue_isByTheNewOne(uint256 gross, uint24 rateClass) external {
        gross = bound(gross, 1, 9_000_000 * DOLLAR);
        vm.assume(uint256(rateClass >> 16) + uint8(rateClass >> 8) + uint8(rateClass) <= 120);
        mintTo(alice, 10 * DOLLAR);
        stakeAs(alice, 1, DOLLAR);
        vm.prank(registrar);
        identities.scheduleRateClass(alice, rateClass);
        (uint256 federal,,,) = splitter.quote(alice, gross, 0);
        equal(federal, gross * 48 / 200, "the old one until then");
        finishEpoch(0);
        (federal,,,) = splitter.quote(alice, gross, 0);
        equal(federal, gross * (rateClass >> 16) / 200, "the new one");
    }

    function testFuzz_pay_beyondWhatWasFunded_refused(uint256 funded, uint256 more) external {
        funded = bound(funded, 1, 9_000_000 * DOLLAR);
        more = bound(more, funded + 1, 90_000_000 * DOLLAR);
        fund(funded);
        vm.expectRevert(abi.encodeWithSelector(IPayoutSplitter.NotFunded.selector, funded, more));
        pay(more, 0, 0);
    }

    function testFuzz_pay_givenFeeAboveGross_refused(uint256 gross, uint256 fee) external {
        gross = bound(gross, 0, 9_000_000 * DOLLAR - 1);
        fee = bound(fee, gross + 1, type(uint256).max);
        fund(9_000_000 * DOLLAR);
        vm.expectRevert();
        pay(gross, fee, 0);
    }

    function test_pay_andFund_byOthers_refused() external {
        IPayoutSplitter.Slice[] memory slices = new IPayoutSplitter.Slice[](0);
        refuses(IPayoutSplitter.NotAPayer.selector);
        vm.prank(bob);
        splitter.pay(alice, 1, slices);
        refuses(IPayoutSplitter.NotAPayer.selector);
        vm.prank(bob);
        splitter.fund(bob, 1);
        refuses(IPayoutSplitter.NotAPayer.selector);
        vm.prank(bob);
        splitter.fund(carol, 1);
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(bob);
        splitter.setPayer(bob, true);
    }

    function test_sweep_movesTheCountersToTheVault() external {
        fund(1000 * DOLLAR);
        pay(1000 * DOLLAR, 0, CLASS);
        splitter.sweep();
        equal(vault.held(ITaxVault.Level.Federal), 240 * DOLLAR, "federal");
        equal(vault.held(ITaxVault.Level.State), 55 * DOLLAR, "state");
        equal(vault.held(ITaxVault.Level.Local), 30 * DOLLAR, "local");
        equal(withheld(), 0, "swept");
        refuses(IPayoutSplitter.NothingToPay.selector);
        splitter.sweep();
    }

    function testFuzz_payOperatorFee_paysThePayoutWallet(uint256 fee) external {
        fee = bound(fee, 1, 1000 * DOLLAR);
        fund(1000 * DOLLAR);
        pay(1000 * DOLLAR, fee, CLASS);
        vm.prank(stranger);
        splitter.payOperatorFee(2);
        equal(token.balanceOf(payoutWallet(2)), fee, "fee");
        refuses(IPayoutSplitter.NothingToPay.selector);
        splitter.payOperatorFee(2);
    }
}

contract TaxVaultTest is Funded {
    function setUp() public override {
        super.setUp();
        fund(1000 * DOLLAR);
        pay(1000 * DOLLAR, 0, CLASS);
        splitter.sweep();
    }

    function test_remit_toAStateBody_once() external {
        vm.startPrank(remitter);
        vault.remit(ITaxVault.Level.State, comptroller, 50 * DOLLAR, "2026-11");
        equal(token.balanceOf(comptroller), 50 * DOLLAR, "remitted");
        equal(vault.held(ITaxVault.Level.State), 5 * DOLLAR, "left");
        refuses(ITaxVault.IdUsed.selector);
        vault.remit(ITaxVault.Level.State, comptroller, DOLLAR, "2026-11");
        refuses(ITaxVault.TooLittle.selector);
        vault.remit(ITaxVault.Level.State, comptroller, 6 * DOLLAR, "2026-12");
        refuses(ITaxVault.ZeroAmount.selector);
        vault.remit(ITaxVault.Level.State, comptroller, 0, "2026-12");
    }

    function testFuzz_remit_toAnybodyElse_orByAnybodyElse_refused(address to, address caller) external {
        vm.assume(identities.identityOf(to).kind != IIdentityRegistry.Kind.StateBody && caller != remitter);
        refuses(ITaxVault.NotABody.selector);
        vm.prank(remitter);
        vault.remit(ITaxVault.Level.Federal, to, 1, "x");
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(caller);
        vault.remit(ITaxVault.Level.Federal, comptroller, 1, "x");
    }

    function test_remit_whenPaused_refused() external {
        vm.prank(guardian);
        token.pause();
        refuses(Pausable.EnforcedPause.selector);
        vm.prank(remitter);
        vault.remit(ITaxVault.Level.Federal, comptroller, 1, "x");
    }

    function test_releaseToPayer_givesBack_alsoToTheExpired() external {
        expire(alice);
        uint256 had = token.balanceOf(alice);
        vm.prank(remitter);
        vault.releaseToPayer(ITaxVault.Level.Local, alice, 30 * DOLLAR, "opted out");
        equal(token.balanceOf(alice) - had, 30 * DOLLAR, "back");
        refuses(IERC7943Fungible.ERC7943CannotReceive.selector);
        vm.prank(remitter);
        vault.releaseToPayer(ITaxVault.Level.State, stranger, 1, "x");
    }

    function testFuzz_deposit_isTheSplittersAlone(address caller, uint256 amount) external {
        vm.assume(caller != address(splitter));
        refuses(ITaxVault.OnlySplitter.selector);
        vm.prank(caller);
        vault.deposit(amount, 1, 1);
    }
}
