// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {Granary} from "../utils/Granary.sol";
import {Operators} from "../utils/Operators.sol";
import {Vm} from "../utils/Vm.sol";

/// What a user pays, each call as its own transaction, with other stakers and rewards already there.
/// Ceilings are promises; the measured figures are written to gas/costs.txt.
/// forge-config: default.isolate = true
contract GasTest is Granary {
    string private _costs;
    string private _tooDear;

    function setUp() public override {
        super.setUp();
        mintTo(alice, 10_000 * DOLLAR);
        mintTo(bob, 10_000 * DOLLAR);
        mintTo(carol, 10_000 * DOLLAR);
        for (uint32 id = 1; id <= 4; ++id) {
            stakeAs(bob, id, 1000 * DOLLAR);
        }
        stakeAs(carol, 1, 10 * DOLLAR);
        _epoch();
        pass(10);
        vm.prank(carol);
        staking.claim(1);
        _epoch();
    }

    function test_gas_staysBelowItsCeilings() external {
        vm.prank(alice);
        token.transfer(carol, DOLLAR);
        _cost("transfer", 60_000);

        vm.prank(alice);
        staking.stake(1, 100 * DOLLAR);
        _cost("stakeFirst", 145_000);
        vm.prank(alice);
        staking.stake(1, 100 * DOLLAR);
        _cost("stakeAgainSameEpoch", 105_000);
        _epoch();
        pass(10);
        vm.prank(alice);
        staking.stake(1, 100 * DOLLAR);
        _cost("stakeAgainFirstSettle", 105_000);
        _epoch();
        pass(10);
        vm.prank(alice);
        staking.stake(1, 100 * DOLLAR);
        _cost("stakeAgain", 105_000);

        pass(10);
        vm.prank(bob);
        staking.claim(1);
        _cost("claimFirst", 130_000);
        _epoch();
        pass(10);
        vm.prank(bob);
        staking.claim(1);
        _cost("claim", 130_000);

        vm.prank(alice);
        staking.requestUnbond(1, 50 * DOLLAR);
        _cost("requestUnbond", 95_000);
        pass(5);
        vm.prank(alice);
        uint256 request = staking.requestUnbond(1, 50 * DOLLAR);
        _cost("requestUnbondAgain", 95_000);
        pass(5);
        vm.prank(bob);
        staking.requestUnbond(1, 100 * DOLLAR);
        _cost("requestUnbondAfterClaim", 95_000);
        vm.prank(bob);
        staking.requestUnbond(2, 100 * DOLLAR);
        _cost("requestUnbondNeverClaimed", 95_000);
        uint256 first = staking.unbondingOf(alice)[0].requestId;
        pass(UNBONDING_SECONDS);
        vm.prank(alice);
        staking.withdraw(first);
        _cost("withdraw", 70_000);
        vm.prank(alice);
        staking.withdraw(request);
        _cost("withdrawLast", 70_000);

        bytes32 digest = _propose();
        bytes[] memory signatures = signaturesOf(digest, 15);
        epochs.finalize(staking.currentEpoch(), 30, signatures, SALT);
        _cost("finalizeFourOperators", 4 * 190_000);
        splitter.sweep();
        _cost("sweepFirst", 160_000);
        splitter.payOperatorFee(1);
        _cost("payOperatorFee", 100_000);

        IReserveRegistry.Position memory p = cash(100 * DOLLAR);
        bytes memory receipt = custodianSigns(p);
        bytes memory valuation = valuerSigns(p);
        reserves.record(p, receipt, valuation);
        _cost("recordPosition", 200_000);
        vm.prank(issuer);
        token.mint(alice, 100 * DOLLAR, p.positionId, "gas");
        _cost("mint", 210_000);
        vm.prank(alice);
        token.redeem(10 * DOLLAR, "gas");
        _cost("redeem", 120_000);
        vm.writeFile("gas/costs.txt", _costs);
        isTrue(bytes(_tooDear).length == 0, _tooDear);
    }

    function _propose() private returns (bytes32 digest) {
        pass(EPOCH_SECONDS);
        payFeeAs(carol, 10 * DOLLAR);
        uint256 pot = epochs.feePot();
        vm.prank(proposer);
        digest = epochs.propose(pot, batch("books"));
        Vm.Gas memory gas = vm.lastCallGas();
        if (staking.currentEpoch() > 4) _cost("propose", 330_000, gas);
        commitAs(0, ENTRIES, 0);
        gas = vm.lastCallGas();
        if (staking.currentEpoch() > 4) _cost("commit", 70_000, gas);
        for (uint256 i = 1; i < 4; ++i) {
            commitAs(i, ENTRIES, 0);
        }
        revealAs(0, ENTRIES, 0);
        gas = vm.lastCallGas();
        if (staking.currentEpoch() > 4) _cost("reveal", 70_000, gas);
        for (uint256 i = 1; i < 4; ++i) {
            revealAs(i, ENTRIES, 0);
        }
    }

    function _epoch() private {
        bytes32 digest = _propose();
        epochs.finalize(staking.currentEpoch(), 15 << 1, signaturesOf(digest, 15), SALT);
    }

    function _cost(string memory name, uint256 ceiling) private {
        _cost(name, ceiling, vm.lastCallGas());
    }

    function _cost(string memory name, uint256 ceiling, Vm.Gas memory gas) private {
        uint256 refund = uint64(gas.gasRefunded);
        if (refund > gas.gasTotalUsed / 5) refund = gas.gasTotalUsed / 5;
        uint256 paid = gas.gasTotalUsed - refund;
        _costs = string.concat(_costs, name, " ", vm.toString(paid), "\n");
        if (paid > ceiling) _tooDear = string.concat(_tooDear, " ", name);
    }
}

/// What an epoch costs on chain: linear in operators, and the same for ten entries or a million, which are one root.
/// forge-config: default.isolate = true
contract EpochGasTest is Operators {
    string private _costs;

    function test_gas_ofAnEpoch_isLinearInOperators() external {
        mintTo(bob, 10_000_000 * DOLLAR);
        uint256[4] memory five = _grown(5);
        uint256[4] memory twenty = _grown(20);
        uint256[4] memory hundred = _grown(100);
        vm.writeFile("gas/epochs.txt", _costs);
        atMost(hundred[0], 500_000 + 100 * 30_000, "propose");
        atMost(hundred[1], five[1] + 200, "commit: the same in a crowd");
        atMost(hundred[2], five[2] + 200, "reveal: the same in a crowd");
        atMost(hundred[3], 500_000 + 100 * 75_000, "finalize");
        near((hundred[3] - twenty[3]) / 80, (twenty[3] - five[3]) / 15, 4_000, "one operator more costs as before");
    }

    function _grown(uint256 count) private returns (uint256[4] memory gas) {
        for (uint8 id = uint8(registry.operatorCount()) + 1; id <= count; ++id) {
            enter(id, false);
        }
        if (reserves.isStale()) attest();
        while (registry.seats().length < count) {
            roll();
        }
        for (uint32 id = 1; id <= count; ++id) {
            stakeAs(bob, id, 1000 * DOLLAR);
        }
        for (uint256 i; i < 3; ++i) {
            gas = _epoch(count);
        }
        string[4] memory names = ["propose", "commit", "reveal", "finalize"];
        for (uint256 i; i < 4; ++i) {
            _costs = string.concat(_costs, vm.toString(count), " ", names[i], " ", vm.toString(gas[i]), "\n");
        }
    }

    function _epoch(uint256 count) private returns (uint256[4] memory gas) {
        if (reserves.isStale()) attest();
        payFeeAs(bob, 1000 * DOLLAR);
        bytes32 digest = proposeOnly(1000 * DOLLAR, batch("books"));
        gas[0] = _paid();
        for (uint256 i; i < count; ++i) {
            commitAs(i, ENTRIES, 0);
            if (i == 1) gas[1] = _paid();
        }
        for (uint256 i; i < count; ++i) {
            revealAs(i, ENTRIES, 0);
            if (i == 1) gas[2] = _paid();
        }
        uint256 who = (1 << count) - 1;
        bytes[] memory signatures = signaturesOf(digest, who);
        epochs.finalize(staking.currentEpoch(), who << 1, signatures, SALT);
        gas[3] = _paid();
    }

    function _paid() private view returns (uint256) {
        Vm.Gas memory gas = vm.lastCallGas();
        uint256 refund = uint64(gas.gasRefunded);
        if (refund > gas.gasTotalUsed / 5) refund = gas.gasTotalUsed / 5;
        return gas.gasTotalUsed - refund;
    }
}

/// The same call costs the same whoever else stakes.
contract GasAtScaleTest is Granary {
    function test_gas_isTheSameFor100And10000Stakers() external {
        mintTo(carol, 1_000_000 * DOLLAR);
        enrol(stranger, IIdentityRegistry.Kind.Person, CLASS);
        vm.prank(stranger);
        token.approve(address(staking), type(uint256).max);
        _measure(1, stranger);
        uint256[4] memory small = _measure(100, alice);
        uint256[4] memory large = _measure(9_900, bob);
        string[4] memory names = ["stake", "claim", "requestUnbond", "withdraw"];
        for (uint256 i; i < 4; ++i) {
            near(small[i], large[i], 200, names[i]);
        }
    }

    function _measure(uint160 more, address probe) private returns (uint256[4] memory gas) {
        for (uint160 i; i < more; ++i) {
            address wallet = address((uint160(probe) << 32) + i);
            enrol(wallet, IIdentityRegistry.Kind.Person, CLASS);
            vm.prank(carol);
            token.transfer(wallet, 10 * DOLLAR);
            vm.prank(wallet);
            token.approve(address(staking), DOLLAR);
            stakeAs(wallet, 1, DOLLAR);
        }
        vm.prank(carol);
        token.transfer(probe, 100 * DOLLAR);
        vm.prank(probe);
        staking.stake(1, 50 * DOLLAR);
        gas[0] = vm.lastCallGas().gasTotalUsed;
        payFeeAs(carol, 100 * DOLLAR);
        finishEpoch(100 * DOLLAR);
        pass(EPOCH_SECONDS);
        vm.prank(probe);
        staking.claim(1);
        gas[1] = vm.lastCallGas().gasTotalUsed;
        uint256 id = unbondAs(probe, 1, 10 * DOLLAR);
        gas[2] = vm.lastCallGas().gasTotalUsed;
        pass(UNBONDING_SECONDS);
        vm.prank(probe);
        staking.withdraw(id);
        gas[3] = vm.lastCallGas().gasTotalUsed;
    }
}
