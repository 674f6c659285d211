// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Granary} from "./Granary.sol";

/// What operators do, as one-liners. Their controllers are funded, so that each can post its bond.
abstract contract Operators is Granary {
    function bondOf(uint8 id) internal view returns (uint256) {
        return staking.operatorOf(id).bond;
    }

    function stateOf(uint8 id) internal view returns (IValidatorRegistry.State) {
        return registry.operatorOf(id).state;
    }

    function isIn(uint8 id, IValidatorRegistry.State state) internal view {
        equal(uint256(stateOf(id)), uint256(state), "state");
    }

    function isSeated(uint8 id) internal view returns (bool) {
        return registry.operatorOf(id).seated;
    }

    function seats() internal view returns (uint256 set) {
        IValidatorRegistry.Seat[] memory list = registry.seats();
        for (uint256 i; i < list.length; ++i) {
            set |= 1 << list[i].operatorId;
        }
    }

    /// The operator that gets the next id asks to be one.
    function applyAs(uint8 id) internal {
        if (identities.identityOf(controller(id)).kind == IIdentityRegistry.Kind.None) {
            enrol(controller(id), IIdentityRegistry.Kind.Organisation, 0);
            enrol(payoutWallet(id), IIdentityRegistry.Kind.Organisation, 0);
        }
        IValidatorRegistry.Application memory wanted = application(id);
        vm.prank(controller(id));
        registry.applyFor(wanted);
    }

    function approve(uint8 id, bool affiliated) internal {
        applyAs(id);
        bytes32 owner = application(id).owner;
        vm.prank(certifier);
        registry.approve(controller(id), owner, affiliated, uint40(block.timestamp + 365 days));
    }

    function postBond(uint8 id, uint256 amount) internal {
        mintTo(alice, amount * 2);
        vm.prank(alice);
        staking.postBond(id, amount);
    }

    /// From the application to the queue for a seat.
    function enter(uint8 id, bool affiliated) internal {
        approve(id, affiliated);
        postBond(id, BOND_MINIMUM);
        pass(APPROVAL_SECONDS);
        registry.activate(id);
    }

    /// The seats are dealt anew, whether or not the epoch becomes final.
    function roll() internal {
        if (reserves.isStale()) attest();
        proposeOnly(0, batch("books"));
    }

    function exitAs(uint8 id) internal {
        vm.prank(controller(id));
        registry.exit(id);
    }

    function revoke(uint8 id) internal {
        vm.prank(certifier);
        registry.revoke(id, "order");
    }
}
