// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {ITaxVault} from "../../src/interfaces/ITaxVault.sol";
import {Roles} from "../../src/libraries/Roles.sol";
import {Granary} from "../utils/Granary.sol";

/// Bar C7. The thief holds every key of the bank that is not behind the timelock: issuer, registrar, proposer, guardian,
/// enforcer, remitter and the bank's own validator. Not the keys outside the bank: custodian, valuer, other validators.
/// What one hour gives: the hour's mint cap, as far as valued collateral is not issued yet; the hour's forced cap; the
/// withheld tax that was not remitted yet. Stakes, rewards, the fee pot and the reserve stay out of reach.
contract HotKeysTest is Granary {
    uint256 private constant MINT_PER_HOUR = 250_000 * DOLLAR;
    uint256 private constant FORCED_PER_HOUR = 40_000 * DOLLAR;
    address private _thief = address(0x7417F);
    bytes32 private _unissued;
    uint256 private _taxes;

    function setUp() public override {
        super.setUp();
        mintTo(alice, 2_000_000 * DOLLAR);
        mintTo(bob, 3_000_000 * DOLLAR);
        IReserveRegistry.Position memory p = cash(10_000_000 * DOLLAR);
        record(p);
        _unissued = p.positionId;
        stakeAs(alice, 1, 1_000_000 * DOLLAR);
        finishEpoch(1 * DOLLAR);
        payFeeAs(bob, 100_000 * DOLLAR);
        finishEpoch(100_000 * DOLLAR);
        pass(2 days);
        attest();
        staking.claimFor(alice, 1);
        splitter.sweep();
        _taxes =
            vault.held(ITaxVault.Level.Federal) + vault.held(ITaxVault.Level.State) + vault.held(ITaxVault.Level.Local);
        token.setMintCap(MINT_PER_HOUR, 4 * MINT_PER_HOUR);
        token.setForcedCap(FORCED_PER_HOUR, 4 * FORCED_PER_HOUR);
        manager.renounceRole(Roles.VALIDATOR_REGISTRY, address(this));
        manager.renounceRole(0, address(this));
    }

    function test_anHourWithEveryHotKey_givesExactlyTheCaps() external {
        uint256 kept = _keptSafe();
        uint256 fees = _steal(3600 / 12, 13);
        uint256 stolen = token.balanceOf(_thief) + fees;
        equal(stolen, MINT_PER_HOUR + FORCED_PER_HOUR + _taxes, "the stated sum, to the unit");
        equal(_taxes, 30_875_308_750, "of which tax: 32.5% of 95,000.95");
        equal(_keptSafe(), kept + fees, "stakes, rewards and the pot untouched");
        atMost(token.totalSupply(), reserves.lendableTotal(), "still backed");
    }

    function testFuzz_anHourWithEveryHotKey_atAnyMoment_neverMore(uint256 start, uint256 tries) external {
        pass(bound(start, 1, 24 hours));
        tries = bound(tries, 2, 12);
        uint256 fees = _steal(3599 / (tries - 1), tries);
        atMost(token.balanceOf(_thief) + fees, MINT_PER_HOUR + FORCED_PER_HOUR + _taxes, "never more");
    }

    function test_withEveryHotKey_theOtherDoorsStayShut() external {
        _openAccount();
        bytes32 digest = propose(epochs.feePot());
        bytes[] memory signatures = signaturesOf(digest, 1);
        uint64 number = staking.currentEpoch();
        vm.expectPartialRevert(IEpochManager.OutsideMajorityNotReached.selector);
        epochs.finalize(number, 2, signatures, SALT);

        IReserveRegistry.Position memory p = cash(1_000_000 * DOLLAR);
        bytes memory own = signPosition(FIRST_VALIDATOR_KEY, "CustodyReceipt", p);
        bytes memory owned = signPosition(FIRST_VALIDATOR_KEY, "Valuation", p);
        vm.expectPartialRevert(IReserveRegistry.WrongSigner.selector);
        reserves.record(p, own, owned);
        (bytes32[] memory ids, uint128[] memory amounts) = (new bytes32[](1), new uint128[](1));
        (ids[0], amounts[0]) = (_unissued, 1);
        own = signRelease(FIRST_VALIDATOR_KEY, "r", ids, amounts);
        vm.expectPartialRevert(IReserveRegistry.WrongSigner.selector);
        vm.prank(issuer);
        reserves.release("r", ids, amounts, own);

        address[4] memory system = [address(staking), address(splitter), address(vault), address(epochs)];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert();
            vm.prank(enforcer);
            token.forcedTransferUnderOrder(system[i], _thief, 1, "order");
        }
        vm.prank(guardian);
        token.pause();
        vm.prank(registrar);
        identities.setStatus(alice, IIdentityRegistry.Status.Closed, 0);
        vm.startPrank(alice);
        staking.requestUnbond(1, 1_000_000 * DOLLAR);
        token.redeem(1 * DOLLAR, "home");
    }

    function _openAccount() private {
        enrol(_thief, IIdentityRegistry.Kind.StateBody, 0);
    }

    /// Takes all that goes, `tries` times, `wait` seconds apart. Returns the issuance fees, which went to the pot.
    function _steal(uint256 wait, uint256 tries) private returns (uint256 fees) {
        _openAccount();
        uint256 pot = epochs.feePot();
        for (uint256 i; i < tries; ++i) {
            if (i > 0) pass(i == 12 ? wait - 1 : wait);
            _take();
        }
        return epochs.feePot() - pot;
    }

    function _take() private {
        uint256 amount = token.mintable();
        bytes32 id = nextId();
        if (amount > 0) {
            vm.prank(issuer);
            token.mint(_thief, amount, _unissued, id);
        }
        for (uint256 bite = FORCED_PER_HOUR; bite > 0; bite /= 1 << 18) {
            vm.prank(enforcer);
            try token.forcedTransferUnderOrder(bob, _thief, bite, "order") {} catch {}
        }
        for (uint256 i; i < 3; ++i) {
            ITaxVault.Level level = ITaxVault.Level(i);
            amount = vault.held(level);
            id = nextId();
            if (amount == 0) continue;
            vm.prank(remitter);
            if (i == 0) vault.remit(level, _thief, amount, id);
            else vault.releaseToPayer(level, _thief, amount, id);
        }
    }

    function _keptSafe() private view returns (uint256) {
        return token.balanceOf(address(staking)) + token.balanceOf(address(splitter)) + token.balanceOf(address(epochs));
    }
}
