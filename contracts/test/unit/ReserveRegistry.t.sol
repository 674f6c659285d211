// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {Roles} from "../../src/libraries/Roles.sol";
import {Granary} from "../utils/Granary.sol";

contract ReserveRegistryRecordTest is Granary {
    function testFuzz_record_addsToTheTotals(uint128 marketValue, uint128 lendableValue) external {
        IReserveRegistry.Position memory p = cash(0);
        p.marketValue = uint128(bound(marketValue, 1, type(uint120).max));
        p.lendableValue = uint128(bound(lendableValue, 0, p.marketValue));
        record(p);
        equal(reserves.marketTotal(), p.marketValue, "market");
        equal(reserves.lendableTotal(), p.lendableValue, "lendable");
        equal(reserves.position(p.positionId).marketValue, p.marketValue, "position");
    }

    function test_record_givenBadPosition_refused() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        p.positionId = 0;
        _refused(p, IReserveRegistry.ZeroId.selector);
        p = cash(0);
        _refused(p, IReserveRegistry.ZeroAmount.selector);
        p = cash(DOLLAR);
        p.class = 11;
        _refused(p, IReserveRegistry.UnknownClass.selector);
        p = cash(DOLLAR);
        p.lendableValue += 1;
        _refused(p, IReserveRegistry.LendableAboveMarket.selector);
        p = cash(DOLLAR);
        p.expiresAt = uint64(block.timestamp);
        _refused(p, IReserveRegistry.PositionExpired.selector);
        p = cash(DOLLAR);
        p.asOf += 1;
        _refused(p, IReserveRegistry.AttestationFromTheFuture.selector);
        p = cash(DOLLAR);
        p.asOf -= MAX_AGE + 1;
        _refused(p, IReserveRegistry.StaleAttestation.selector);
        p = cash(DOLLAR);
        record(p);
        _refused(p, IReserveRegistry.PositionExists.selector);
    }

    function test_record_givenWrongSigners_refused() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        bytes memory receipt = custodianSigns(p);
        bytes memory valuation = valuerSigns(p);
        bytes memory bad = signPosition(0xBAD, "CustodyReceipt", p);
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, bad, valuation);
        bad = signPosition(CUSTODIAN_KEY, "Valuation", p);
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, receipt, bad);
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, valuation, receipt);
        refuses(ECDSA.ECDSAInvalidSignatureLength.selector);
        reserves.record(p, receipt, "");
        p.marketValue += 1;
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, receipt, valuation);
    }

    function test_record_whenOneKeyHoldsBothRoles_refused() external {
        manager.grantRole(Roles.VALUER, vm.addr(CUSTODIAN_KEY), 0);
        IReserveRegistry.Position memory p = cash(DOLLAR);
        bytes memory valuation = signPosition(CUSTODIAN_KEY, "Valuation", p);
        bytes memory receipt = custodianSigns(p);
        refuses(IReserveRegistry.SameSigner.selector);
        reserves.record(p, receipt, valuation);
    }

    function test_record_whenTheCustodianIsAlsoIssuer_refused() external {
        manager.grantRole(Roles.ISSUER, vm.addr(CUSTODIAN_KEY), 0);
        IReserveRegistry.Position memory p = cash(DOLLAR);
        _refused(p, IReserveRegistry.WrongSigner.selector);
    }

    function test_record_whenTheSignerWasDismissed_refused() external {
        manager.revokeRole(Roles.VALUER, vm.addr(VALUER_KEY));
        _refused(cash(DOLLAR), IReserveRegistry.WrongSigner.selector);
    }

    function test_record_givenASignatureForAnotherChain_refused() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        bytes32 elsewhere = keccak256(abi.encode("other domain", p));
        bytes memory valuation = valuerSigns(p);
        refuses(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, sign(CUSTODIAN_KEY, elsewhere), valuation);
    }

    function _refused(IReserveRegistry.Position memory p, bytes4 selector) private {
        bytes memory receipt = custodianSigns(p);
        bytes memory valuation = valuerSigns(p);
        refuses(selector);
        reserves.record(p, receipt, valuation);
    }
}

contract ReserveRegistryAttestTest is Granary {
    function test_attest_givenTheRecordedTotals_isFreshAgain() external {
        record(cash(5 * DOLLAR));
        pass(MAX_AGE + 1);
        isTrue(reserves.isStale(), "stale");
        attest();
        isTrue(!reserves.isStale(), "fresh");
        equal(reserves.lastAttestation().marketTotal, 5 * DOLLAR, "total");
    }

    function test_attest_givenOtherTotals_refused() external {
        record(cash(5 * DOLLAR));
        pass(1);
        IReserveRegistry.Attestation memory a = attestation();
        a.marketTotal += 1;
        _refused(a, VALUER_KEY, IReserveRegistry.AttestationMismatch.selector);
        a.marketTotal -= 1;
        a.lendableTotal -= 1;
        _refused(a, VALUER_KEY, IReserveRegistry.AttestationMismatch.selector);
    }

    function test_attest_givenWrongTimeOrSigner_refused() external {
        IReserveRegistry.Attestation memory a = attestation();
        _refused(a, VALUER_KEY, IReserveRegistry.AttestationNotNewer.selector);
        a.asOf += 1;
        _refused(a, VALUER_KEY, IReserveRegistry.AttestationFromTheFuture.selector);
        pass(MAX_AGE + 2);
        _refused(a, VALUER_KEY, IReserveRegistry.StaleAttestation.selector);
        a = attestation();
        _refused(a, CUSTODIAN_KEY, IReserveRegistry.WrongSigner.selector);
    }

    function testFuzz_setMaxAge_isTheTimelocks_andHoldsAtOnce(uint64 maxAge) external {
        maxAge = uint64(bound(maxAge, 1, 365 days));
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(issuer);
        reserves.setMaxAge(maxAge);
        vm.prank(address(timelock));
        reserves.setMaxAge(maxAge);
        vm.warp(reserves.lastAttestation().asOf + maxAge);
        isTrue(!reserves.isStale(), "fresh to the last second");
        vm.warp(block.timestamp + 1);
        isTrue(reserves.isStale(), "stale after it");
    }

    function testFuzz_consume_isTheTokensAlone(address caller, uint256 amount) external {
        vm.assume(caller != address(token));
        refuses(IReserveRegistry.OnlyToken.selector);
        vm.prank(caller);
        reserves.consume("p", amount, amount);
    }

    function test_consume_givenExpiredPosition_refused() external {
        IReserveRegistry.Position memory p = cash(DOLLAR);
        p.expiresAt = uint64(block.timestamp + 10);
        record(p);
        pass(10);
        refuses(IReserveRegistry.PositionExpired.selector);
        vm.prank(issuer);
        token.mint(alice, DOLLAR, p.positionId, "i");
    }

    function _refused(IReserveRegistry.Attestation memory a, uint256 key, bytes4 selector) private {
        bytes memory signature = signAttestation(key, a);
        refuses(selector);
        reserves.attest(a, signature);
    }
}

contract ReserveRegistryReleaseTest is Granary {
    bytes32[] private _ids;
    uint128[] private _amounts;

    function setUp() public override {
        super.setUp();
        _ids.push(mintTo(alice, 1000 * DOLLAR));
        _ids.push(mintTo(alice, 500 * DOLLAR));
        vm.prank(alice);
        token.redeem(1200 * DOLLAR, "r");
        _amounts.push(uint128(1000 * DOLLAR));
        _amounts.push(uint128(198_800_000));
    }

    function test_release_givenBurnedTokens_oldestFirst() external {
        _release("one", CUSTODIAN_KEY);
        equal(reserves.lendableTotal(), token.totalSupply(), "still fully backed");
        equal(reserves.position(_ids[0]).issued, 0, "released");
        equal(reserves.position(_ids[1]).issued, 301_200_000, "the rest");
    }

    function test_release_givenNothingWasMintedAgainstIt_givesAllOfItBack() external {
        IReserveRegistry.Position memory p = cash(70 * DOLLAR);
        record(p);
        delete _ids;
        delete _amounts;
        _ids.push(p.positionId);
        _amounts.push(uint128(70 * DOLLAR));
        uint256 before = reserves.marketTotal();
        _release("refund", CUSTODIAN_KEY);
        equal(reserves.marketTotal(), before - 70 * DOLLAR, "market value left");
        equal(reserves.position(p.positionId).lendableValue, 0, "position empty");
    }

    function testFuzz_release_beyondWhatBacksTheSupply_refused(uint256 more) external {
        _amounts[1] += uint128(bound(more, 1, 301_200_000));
        refuses(IReserveRegistry.WouldUnback.selector);
        _release("one", CUSTODIAN_KEY);
    }

    /// What backs the supply may be another position than the one it was minted against; no mint then goes above the total.
    function testFuzz_consume_whenTheTotalIsUsedUp_refused(uint256 amount) external {
        _release("one", CUSTODIAN_KEY);
        IReserveRegistry.Position memory p = cash(token.totalSupply());
        record(p);
        delete _ids;
        delete _amounts;
        _ids.push(mintTo(bob, 100 * DOLLAR));
        _amounts.push(uint128(100 * DOLLAR));
        _release("swapped", CUSTODIAN_KEY);
        uint256 left = reserves.lendableTotal() - token.totalSupply();
        amount = bound(amount, left + 1, p.lendableValue);
        refuses(IReserveRegistry.WouldUnback.selector);
        vm.prank(issuer);
        token.mint(bob, amount, p.positionId, "above");
    }

    function test_release_twice_withoutCustodian_withOtherLengths_refused() external {
        refuses(IReserveRegistry.WrongSigner.selector);
        _release("one", VALUER_KEY);
        refuses(IReserveRegistry.ZeroId.selector);
        _release(0, CUSTODIAN_KEY);
        _release("one", CUSTODIAN_KEY);
        refuses(IReserveRegistry.ReleaseUsed.selector);
        _release("one", CUSTODIAN_KEY);
        refuses(IReserveRegistry.PositionTooSmall.selector);
        _release("two", CUSTODIAN_KEY);
        _amounts[0] = 0;
        refuses(IReserveRegistry.ZeroAmount.selector);
        _release("three", CUSTODIAN_KEY);
        _amounts.pop();
        refuses(IReserveRegistry.LengthMismatch.selector);
        _release("four", CUSTODIAN_KEY);
    }

    function testFuzz_release_ofAPledge_keepsMarketAboveLendable(uint256 lendable, uint256 issued, uint256 back)
        external
    {
        IReserveRegistry.Position memory p = cash(1_600_000 * DOLLAR);
        p.class = 4;
        p.lendableValue = uint128(bound(lendable, 1, p.marketValue));
        record(p);
        issued = bound(issued, 1, p.lendableValue);
        back = bound(back, 1, p.lendableValue);
        vm.prank(issuer);
        token.mint(alice, issued, p.positionId, "pledge");
        delete _ids;
        delete _amounts;
        _ids.push(p.positionId);
        _amounts.push(uint128(back));
        if (token.totalSupply() > reserves.lendableTotal() - back) refuses(IReserveRegistry.WouldUnback.selector);
        _release("pledge", CUSTODIAN_KEY);
        IReserveRegistry.PositionState memory left = reserves.position(p.positionId);
        atMost(left.lendableValue, left.marketValue, "lendable within market");
        atMost(left.issued, left.lendableValue, "issued within lendable");
    }

    function _release(bytes32 releaseId, uint256 key) private {
        bytes32[] memory ids = _ids;
        uint128[] memory amounts = _amounts;
        bytes memory signature = signRelease(key, releaseId, ids, amounts);
        vm.prank(issuer);
        reserves.release(releaseId, ids, amounts, signature);
    }
}
