// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EpochManager} from "../../src/EpochManager.sol";
import {PayoutSplitter} from "../../src/PayoutSplitter.sol";
import {Staking} from "../../src/Staking.sol";
import {StateToken} from "../../src/StateToken.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {TestBase} from "../utils/TestBase.sol";
import {ValidatorHandler} from "./ValidatorHandler.sol";

/// Slash order, quorum arithmetic, no epoch final twice, no payout without a final epoch, seats never below the minimum.
contract ValidatorsInvariantTest is TestBase {
    ValidatorHandler private _handler;
    StateToken private _token;
    Staking private _staking;
    PayoutSplitter private _splitter;
    EpochManager private _epochs;
    ValidatorRegistry private _registry;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() external {
        _handler = new ValidatorHandler();
        _handler.start();
        (address token, address staking, address splitter, address epochs, address registry) = _handler.system();
        _token = StateToken(token);
        _staking = Staking(staking);
        _splitter = PayoutSplitter(splitter);
        _epochs = EpochManager(epochs);
        _registry = ValidatorRegistry(registry);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(_handler);
        bytes4[18] memory all = [
            ValidatorHandler.enterNew.selector,
            ValidatorHandler.enterNew.selector,
            ValidatorHandler.activateAgain.selector,
            ValidatorHandler.askToLeave.selector,
            ValidatorHandler.takeBondBack.selector,
            ValidatorHandler.revokeOne.selector,
            ValidatorHandler.rotate.selector,
            ValidatorHandler.strikeOne.selector,
            ValidatorHandler.letBackIn.selector,
            ValidatorHandler.delegate.selector,
            ValidatorHandler.undelegate.selector,
            ValidatorHandler.topUp.selector,
            ValidatorHandler.punishOne.selector,
            ValidatorHandler.payFee.selector,
            ValidatorHandler.fundCanaries.selector,
            ValidatorHandler.epoch.selector,
            ValidatorHandler.epoch.selector,
            ValidatorHandler.canaryEpoch.selector
        ];
        targets[0].selectors = new bytes4[](18);
        for (uint256 i; i < 18; ++i) {
            targets[0].selectors[i] = all[i];
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_nobodyPaysItselfOut() external view {
        _seatsAreEnough();
        _epochsAreFinalOnce();
        _moneyStandsOnce();
    }

    /// Also the nodes that make blocks: they are never too few, whatever the law does.
    function _seatsAreEnough() private view {
        IValidatorRegistry.Seat[] memory seats = _registry.seats();
        uint256 outside;
        for (uint256 i; i < seats.length; ++i) {
            if (!seats[i].ofBank) ++outside;
            IValidatorRegistry.State state = _registry.operatorOf(seats[i].operatorId).state;
            isTrue(
                state == IValidatorRegistry.State.Active || state == IValidatorRegistry.State.Exiting
                    || state == IValidatorRegistry.State.Jailed || state == IValidatorRegistry.State.Revoked,
                "a seat is somebody's who had one"
            );
        }
        if (!_handler.endedByLaw()) isTrue(seats.length >= 4 && outside >= 3, "never below the minimum");
        isTrue(_registry.getValidators().length >= 4, "enough to make blocks");
    }

    function _epochsAreFinalOnce() private view {
        (uint64 number,,) = _epochs.lastFinal();
        equal(number, _handler.finals(), "each number once");
        equal(_staking.currentEpoch(), _handler.finals() + 1, "and known to the stakes");
    }

    function _moneyStandsOnce() private view {
        equal(_handler.feesPaid(), _epochs.feePot() + _handler.distributed(), "fees in = pot + distributed");
        equal(_splitter.fundedBy(address(_staking)), _handler.distributed(), "paid in final epochs alone");
        uint256 owed;
        for (uint8 id = 1; id <= _registry.operatorCount(); ++id) {
            owed += _epochs.canaryOwed(id);
        }
        equal(owed, _handler.canaryPaid(), "canary rewards are owed");
        equal(_epochs.canaryPot() + owed, _handler.canaryFunded(), "out of the canary pot");
        equal(_token.balanceOf(address(_epochs)), _epochs.feePot() + _handler.canaryFunded(), "each token stands once");
        equal(_token.balanceOf(address(_staking)), _staking.owed(), "staking holds what it owes");
    }
}
