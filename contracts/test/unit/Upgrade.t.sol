// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {ReserveRegistry} from "../../src/ReserveRegistry.sol";
import {StateToken} from "../../src/StateToken.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Operators} from "../utils/Operators.sol";

contract NextToken is StateToken {
    uint256 public added;

    constructor(System memory system) StateToken(system) {}

    function setAdded(uint256 value) external {
        added = value;
    }
}

contract NextIdentities is IdentityRegistry {
    uint256 public added;

    constructor(IStaking staking) IdentityRegistry(staking) {}

    function setAdded(uint256 value) external {
        added = value;
    }
}

contract NextReserves is ReserveRegistry {
    uint256 public added;

    constructor(StateToken token) ReserveRegistry(token) {}

    function setAdded(uint256 value) external {
        added = value;
    }
}

contract NextRegistry is ValidatorRegistry {
    uint256 public added;

    constructor(IStaking staking, IIdentityRegistry identities, address epochs, address evidence)
        ValidatorRegistry(staking, identities, epochs, evidence)
    {}

    function setAdded(uint256 value) external {
        added = value;
    }
}

/// Stakes active and pending, requests ripe and unripe, rewards unclaimed, a change of class due, a wallet frozen, tokens frozen,
/// a cap half used, a proposal waiting, an operator bonded, one leaving, one with strikes, a key changing: and then all four
/// proxies change their code.
contract UpgradeTest is Operators {
    address private _nextToken;
    address private _nextIdentities;
    address private _nextReserves;
    address private _nextRegistry;
    uint256 private _ripe;
    uint256 private _unripe;
    mapping(address target => bytes32[]) private _slots;

    function setUp() public override {
        vm.record();
        super.setUp();
        mintTo(alice, 10_000 * DOLLAR);
        mintTo(bob, 5_000 * DOLLAR);
        mintTo(carol, 5_000 * DOLLAR);
        stakeAs(alice, 1, 600 * DOLLAR);
        stakeAs(carol, 2, 900 * DOLLAR);
        finishEpoch(epochs.feePot());
        _ripe = unbondAs(alice, 1, 100 * DOLLAR);
        pass(UNBONDING_SECONDS);
        stakeAs(alice, 2, 40 * DOLLAR);
        _unripe = unbondAs(carol, 2, 30 * DOLLAR);
        vm.prank(registrar);
        identities.scheduleRateClass(carol, 0x100000);
        freeze(bob);
        vm.prank(enforcer);
        token.setFrozenTokens(carol, 7 * DOLLAR);
        vm.prank(alice);
        token.redeem(10 * DOLLAR, "redemption");
        payFeeAs(alice, 25 * DOLLAR);
        _operatorsAlive();
        propose(1 * DOLLAR);
        manager.renounceRole(0, address(this));

        address[4] memory proxies = [address(token), address(identities), address(reserves), address(registry)];
        for (uint256 i; i < 4; ++i) {
            (, _slots[proxies[i]]) = vm.accesses(proxies[i]);
        }
        _nextToken = address(
            new NextToken(
                StateToken.System(identities, reserves, epochs, address(staking), address(splitter), address(vault))
            )
        );
        _nextIdentities = address(new NextIdentities(staking));
        _nextReserves = address(new NextReserves(token));
        _nextRegistry = address(new NextRegistry(staking, identities, address(epochs), address(evidence)));
    }

    function _operatorsAlive() private {
        approve(5, false);
        postBond(5, BOND_MINIMUM);
        applyAs(6);
        exitAs(3);
        vm.prank(address(epochs));
        registry.onEpochFinal(4, 8, 16);
        address signer = vm.addr(0xAEF);
        vm.prank(controller(2));
        registry.rotateKeys(2, signer, address(0));
    }

    function test_upgrade_throughTheTimelock_keepsEverySlotAndEveryBalance() external {
        bytes32 slots = _everySlot();
        bytes32 books = _books();
        _upgradeAll();
        equal(_everySlot(), slots, "every slot ever written");
        equal(_books(), books, "what everybody reads");
        equal(_code(address(token)), _nextToken, "new token");
        equal(_code(address(identities)), _nextIdentities, "new registry");
        equal(_code(address(reserves)), _nextReserves, "new reserves");
        isTrue(_slots[address(token)].length > 30 && _slots[address(identities)].length > 20, "that was much");

        NextToken(address(token)).setAdded(7);
        NextIdentities(address(identities)).setAdded(8);
        NextReserves(address(reserves)).setAdded(9);
        equal(_code(address(registry)), _nextRegistry, "new operators' registry");
        NextRegistry(address(registry)).setAdded(10);
        equal(NextRegistry(address(registry)).added(), 10, "new storage");
        equal(NextToken(address(token)).added() + NextIdentities(address(identities)).added(), 15, "new storage");
        equal(NextReserves(address(reserves)).added(), 9, "new storage");
        equal(_everySlot(), slots, "lies beside the old");
    }

    function test_upgrade_withStakesAlive_everythingGoesOn() external {
        _upgradeAll();
        uint256 had = token.balanceOf(alice);
        vm.startPrank(alice);
        staking.withdraw(_ripe);
        equal(token.balanceOf(alice) - had, 100 * DOLLAR, "the ripe request");
        staking.claim(1);
        isTrue(token.balanceOf(alice) - had > 100 * DOLLAR, "the reward earned before");
        vm.stopPrank();
        vm.prank(carol);
        staking.withdraw(_unripe);
        isTrue(!identities.mayExit(bob), "still frozen");
        equal(token.getFrozenTokens(carol), 7 * DOLLAR, "so are her tokens");
        refuses(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(stranger);
        token.mint(stranger, 1, "p", "i");
        _finishWithNewKey();
        staking.claimFor(carol, 2);
        (uint24 rateClass,, uint64 fromEpoch) = identities.rateClassesOf(carol);
        equal(rateClass, 0x100000, "her change of class came");
        equal(fromEpoch, 0, "and is settled");
        mintTo(alice, 100 * DOLLAR);
        equal(token.balanceOf(address(staking)), staking.owed(), "held");
        registry.activate(5);
        roll();
        roll();
        isTrue(isSeated(5) && !isSeated(3), "who waited sits, who wanted out is out");
        pass(UNBONDING_SECONDS);
        registry.withdrawBond(3);
        equal(registry.operatorOf(4).strikes, 1, "strikes are kept");
        vm.prank(address(epochs));
        registry.strike(1 << 5, "reason");
        equal(bondOf(5), BOND_MINIMUM, "bonded as before");
    }

    /// The proposal that waited is final with the seats of its day.
    function _finishWithNewKey() private {
        (, bytes32 digest) = epochs.proposal();
        bytes[] memory signatures = signaturesOf(digest, 15);
        signatures[1] = sign(0xAEF, digest);
        epochs.finalize(staking.currentEpoch(), 30, signatures, SALT);
    }

    function testFuzz_upgrade_beforeTwoDays_refused(uint256 early) external {
        vm.prank(council);
        timelock.schedule(address(token), 0, _call(_nextToken), 0, "token", 48 hours);
        vm.warp(block.timestamp + 48 hours - bound(early, 1, 48 hours));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        vm.prank(council);
        timelock.execute(address(token), 0, _call(_nextToken), 0, "token");
    }

    function testFuzz_upgrade_byAnybodyElse_refused(address caller, uint256 known) external {
        address[9] memory people =
            [issuer, registrar, proposer, guardian, enforcer, remitter, council, alice, address(this)];
        if (known % 2 == 0) caller = people[known / 2 % 9];
        vm.assume(caller != address(timelock));
        address[4] memory proxies = [address(token), address(identities), address(reserves), address(registry)];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
            vm.prank(caller);
            UUPSUpgradeable(proxies[i]).upgradeToAndCall(_nextToken, "");
        }
        vm.assume(caller != council);
        vm.expectRevert();
        vm.prank(caller);
        timelock.schedule(address(token), 0, _call(_nextToken), 0, "token", 48 hours);
    }

    function test_upgrade_executedByAnotherThanTheCouncil_orTwice_orToOtherCode_refused() external {
        vm.startPrank(council);
        timelock.schedule(address(token), 0, _call(_nextToken), 0, "token", 48 hours);
        timelock.schedule(address(token), 0, _call(address(epochs)), 0, "no proxy code", 48 hours);
        vm.stopPrank();
        vm.warp(block.timestamp + 48 hours);
        vm.expectRevert();
        vm.prank(stranger);
        timelock.execute(address(token), 0, _call(_nextToken), 0, "token");
        vm.startPrank(council);
        timelock.execute(address(token), 0, _call(_nextToken), 0, "token");
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(token), 0, _call(_nextToken), 0, "token");
        vm.expectPartialRevert(ERC1967Utils.ERC1967InvalidImplementation.selector);
        timelock.execute(address(token), 0, _call(address(epochs)), 0, "no proxy code");
    }

    function _upgradeAll() private {
        vm.startPrank(council);
        timelock.schedule(address(token), 0, _call(_nextToken), 0, "token", 48 hours);
        timelock.schedule(address(identities), 0, _call(_nextIdentities), 0, "identities", 48 hours);
        timelock.schedule(address(reserves), 0, _call(_nextReserves), 0, "reserves", 48 hours);
        timelock.schedule(address(registry), 0, _call(_nextRegistry), 0, "registry", 48 hours);
        vm.warp(block.timestamp + 48 hours);
        timelock.execute(address(token), 0, _call(_nextToken), 0, "token");
        timelock.execute(address(identities), 0, _call(_nextIdentities), 0, "identities");
        timelock.execute(address(reserves), 0, _call(_nextReserves), 0, "reserves");
        timelock.execute(address(registry), 0, _call(_nextRegistry), 0, "registry");
        vm.stopPrank();
    }

    function _call(address code) private pure returns (bytes memory) {
        return abi.encodeCall(UUPSUpgradeable.upgradeToAndCall, (code, ""));
    }

    function _code(address proxy) private view returns (address) {
        return address(uint160(uint256(vm.load(proxy, ERC1967Utils.IMPLEMENTATION_SLOT))));
    }

    /// All that was written since the proxies were made, but the one slot that an upgrade is to change.
    function _everySlot() private view returns (bytes32 digest) {
        address[4] memory proxies = [address(token), address(identities), address(reserves), address(registry)];
        for (uint256 i; i < 4; ++i) {
            bytes32[] storage slots = _slots[proxies[i]];
            for (uint256 k; k < slots.length; ++k) {
                if (slots[k] == ERC1967Utils.IMPLEMENTATION_SLOT) continue;
                digest = keccak256(abi.encode(digest, slots[k], vm.load(proxies[i], slots[k])));
            }
        }
    }

    function _books() private view returns (bytes32 digest) {
        address[6] memory holders = [alice, bob, carol, address(staking), address(splitter), address(epochs)];
        for (uint256 i; i < 6; ++i) {
            digest = keccak256(abi.encode(digest, token.balanceOf(holders[i]), identities.identityOf(holders[i])));
            for (uint32 id = 1; id <= 2; ++id) {
                digest = keccak256(abi.encode(digest, staking.stakeOf(holders[i], id), staking.unbondingOf(holders[i])));
            }
        }
        for (uint8 id = 1; id <= 5; ++id) {
            digest = keccak256(abi.encode(digest, registry.operatorOf(id), registry.changeOf(id)));
        }
        digest = keccak256(abi.encode(digest, registry.applicationOf(controller(6)), registry.seats()));
        digest = keccak256(abi.encode(digest, registry.getValidators(), registry.params()));
        digest = keccak256(abi.encode(digest, token.totalSupply(), token.name(), token.DOMAIN_SEPARATOR()));
        digest = keccak256(abi.encode(digest, token.issuanceFeeBps(), token.getFrozenTokens(carol), token.authority()));
        digest = keccak256(abi.encode(digest, token.allowance(alice, address(staking)), identities.ruleVersion()));
        digest = keccak256(abi.encode(digest, reserves.marketTotal(), reserves.lendableTotal(), reserves.maxAge()));
        (bool mints,) = manager.hasRole(1, issuer);
        (bool admin,) = manager.hasRole(0, address(timelock));
        digest = keccak256(abi.encode(digest, reserves.lastAttestation(), staking.owed(), mints, admin));
    }
}
