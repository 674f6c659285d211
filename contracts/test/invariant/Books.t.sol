// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EpochManager} from "../../src/EpochManager.sol";
import {PayoutSplitter} from "../../src/PayoutSplitter.sol";
import {ReserveRegistry} from "../../src/ReserveRegistry.sol";
import {Staking} from "../../src/Staking.sol";
import {StateToken} from "../../src/StateToken.sol";
import {TaxVault} from "../../src/TaxVault.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {ITaxVault} from "../../src/interfaces/ITaxVault.sol";
import {TestBase} from "../utils/TestBase.sol";
import {Handler} from "./Handler.sol";

/// One campaign, every promise about the books after every call: forge runs a campaign per function.
contract BooksInvariantTest is TestBase {
    Handler private _handler;
    StateToken private _token;
    ReserveRegistry private _reserves;
    Staking private _staking;
    PayoutSplitter private _splitter;
    TaxVault private _vault;
    EpochManager private _epochs;
    address private _comptroller;

    function setUp() external {
        _handler = new Handler();
        _handler.start();
        (address token, address reserves, address staking, address splitter, address vault, address epochs, address c) =
            _handler.system();
        _token = StateToken(token);
        _reserves = ReserveRegistry(reserves);
        _staking = Staking(staking);
        _splitter = PayoutSplitter(splitter);
        _vault = TaxVault(vault);
        _epochs = EpochManager(epochs);
        _comptroller = c;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(_handler);
        bytes4[25] memory all = [
            Handler.mint.selector,
            Handler.mintTooMuch.selector,
            Handler.redeem.selector,
            Handler.release.selector,
            Handler.transfer.selector,
            Handler.force.selector,
            Handler.stake.selector,
            Handler.stake.selector,
            Handler.requestUnbond.selector,
            Handler.withdraw.selector,
            Handler.claim.selector,
            Handler.slash.selector,
            Handler.collectSlashed.selector,
            Handler.postBond.selector,
            Handler.payFee.selector,
            Handler.epoch.selector,
            Handler.proposeTooMuch.selector,
            Handler.bankAlone.selector,
            Handler.sweep.selector,
            Handler.payOperatorFee.selector,
            Handler.remit.selector,
            Handler.changeRateClass.selector,
            Handler.changeStatus.selector,
            Handler.pauseOrNot.selector,
            Handler.wait.selector
        ];
        targets[0].selectors = new bytes4[](25);
        for (uint256 i; i < 25; ++i) {
            targets[0].selectors[i] = all[i];
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_theBooksClose() external view {
        _balancesEqualCounters();
        _supplyIsBacked();
        _feesInEqualFeesOut();
        _nobodyGetsMoreThanIsTheirs();
        _stakingOwesWhatItTook();
        equal(_staking.currentEpoch(), _handler.finals() + 1, "each epoch final once");
    }

    function _balancesEqualCounters() private view {
        equal(_token.balanceOf(address(_staking)), _staking.owed(), "staking holds what it owes");
        equal(_token.balanceOf(address(_epochs)), _epochs.feePot(), "fee pot");
        (uint256 federal, uint256 state, uint256 local) = _splitter.unswept();
        uint256 counters = federal + state + local + _splitter.fundedBy(address(_staking));
        for (uint32 id = 1; id <= 4; ++id) {
            counters += _splitter.operatorFees(id);
        }
        equal(_token.balanceOf(address(_splitter)), counters, "splitter");
        uint256 held = _vault.held(ITaxVault.Level.Federal) + _vault.held(ITaxVault.Level.State)
            + _vault.held(ITaxVault.Level.Local);
        equal(_token.balanceOf(address(_vault)), held, "tax vault");
    }

    function _supplyIsBacked() private view {
        uint256 supply = _token.totalSupply();
        equal(supply, _handler.minted() - _handler.burned(), "supply = minted - burned");
        atMost(supply, _reserves.lendableTotal(), "supply within lendable value");
        atMost(_reserves.lendableTotal(), _reserves.marketTotal(), "lendable within market value");
        equal(_handler.issuedInAll(), _handler.minted() - _handler.released(), "issued = minted - released");
        uint256 sum = _token.balanceOf(address(_staking)) + _token.balanceOf(address(_epochs))
            + _token.balanceOf(address(_splitter)) + _token.balanceOf(address(_vault)) + _token.balanceOf(_comptroller);
        for (uint256 i; i < 4; ++i) {
            sum += _token.balanceOf(_handler.people(i));
            sum += _token.balanceOf(_staking.operatorOf(uint32(i) + 1).payoutWallet);
        }
        equal(sum, supply, "every token stands somewhere, once");
    }

    /// Principal in and out by the handler's own count; requests by the queue's; drips within what was funded.
    function _stakingOwesWhatItTook() private view {
        equal(_handler.principalIn() - _handler.principalOut(), _staking.owed(), "principal in = principal out + owed");
        uint256 toDrip;
        for (uint32 id = 1; id <= 4; ++id) {
            IStaking.OperatorView memory found = _staking.operatorOf(id);
            uint256 requested;
            for (uint256 i; i < 4; ++i) {
                IStaking.UnbondRequest[] memory open = _staking.unbondingOf(_handler.people(i));
                for (uint256 k; k < open.length; ++k) {
                    if (open[k].operatorId == id) requested += open[k].amount;
                }
            }
            equal(requested, found.unbonding, "requests = unbonding");
            if (block.timestamp < found.dripEndsAt) {
                toDrip += found.rewardPerSecond * (found.dripEndsAt - block.timestamp);
            }
        }
        atMost(toDrip, _splitter.fundedBy(address(_staking)), "rate times time within what was funded");
    }

    function _feesInEqualFeesOut() private view {
        equal(_handler.feesPaid(), _epochs.feePot() + _handler.distributed(), "fees in = pot + distributed");
    }

    /// A unit of rounding can change hands at each final epoch and at each exit: hence the tolerance by steps.
    function _nobodyGetsMoreThanIsTheirs() private view {
        uint256 claimable;
        uint256 staked;
        uint256 rounding = 2 + 2 * _handler.steps();
        for (uint256 i; i < 4; ++i) {
            address wallet = _handler.people(i);
            for (uint32 id = 1; id <= 4; ++id) {
                IStaking.StakeView memory found = _staking.stakeOf(wallet, id);
                claimable += found.claimableGross;
                staked += found.active + found.pending;
                uint256 got = _handler.grossPaid(wallet, id) + found.claimableGross;
                near(got, _handler.modelEarned(wallet, id) / 1e12, rounding, "as the slow model says");
            }
        }
        atMost(claimable, _splitter.fundedBy(address(_staking)), "claims within money in");
        atMost(staked, _staking.totalStaked(), "stakes within assets");
    }
}
