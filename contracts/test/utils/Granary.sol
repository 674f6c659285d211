// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {EpochManager} from "../../src/EpochManager.sol";
import {Evidence} from "../../src/Evidence.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {PayoutSplitter} from "../../src/PayoutSplitter.sol";
import {ReserveRegistry} from "../../src/ReserveRegistry.sol";
import {Staking} from "../../src/Staking.sol";
import {StateToken} from "../../src/StateToken.sol";
import {TaxVault} from "../../src/TaxVault.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IReserveRegistry} from "../../src/interfaces/IReserveRegistry.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Roles} from "../../src/libraries/Roles.sol";
import {TestBase} from "./TestBase.sol";

/// The whole bank on chain, with this contract as admin, and the everyday acts as one-liners.
abstract contract Granary is TestBase {
    uint256 internal constant DOLLAR = 1e6;
    uint64 internal constant EPOCH_SECONDS = 30;
    uint64 internal constant UNBONDING_SECONDS = 60;
    uint64 internal constant GRACE_SECONDS = 3600;
    uint64 internal constant COMMIT_SECONDS = 10;
    uint64 internal constant REVEAL_SECONDS = 10;
    uint32 internal constant APPROVAL_SECONDS = 2 days;
    uint32 internal constant JAIL_SECONDS = 7 days;
    uint96 internal constant BOND_MINIMUM = 1000 * 1e6;
    bytes32 internal constant SALT = "salt";
    /// what every honest validator finds when it reads the entries of a proposal
    bytes32 internal constant ENTRIES = "digest of all entries";
    uint64 internal constant MAX_AGE = 36 hours;
    uint256 internal constant CAP_PER_HOUR = 1e15;
    uint256 internal constant CAP_PER_DAY = 4e15;
    uint64 internal constant NEVER = type(uint64).max;
    /// 24% federal, 5.5% state, 3% local
    uint24 internal constant CLASS = 0x300b06;

    uint256 internal constant CUSTODIAN_KEY = 0xC057;
    uint256 internal constant VALUER_KEY = 0x7A1;
    uint256 internal constant FIRST_VALIDATOR_KEY = 0xE10;
    uint256 internal constant FIRST_NODE_KEY = 0x40DE0;

    address internal issuer = address(0x1551);
    address internal registrar = address(0x4e61);
    address internal proposer = address(0x9409);
    address internal guardian = address(0x64a4);
    address internal enforcer = address(0xE4F0);
    address internal remitter = address(0x4e41);
    address internal certifier = address(0xCE47);
    address internal council = address(0xC0C1);
    address internal comptroller = address(0xC031);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA401);
    address internal stranger = address(0x57A4);

    AccessManager internal manager;
    TimelockController internal timelock;
    StateToken internal token;
    IdentityRegistry internal identities;
    ReserveRegistry internal reserves;
    Staking internal staking;
    PayoutSplitter internal splitter;
    TaxVault internal vault;
    EpochManager internal epochs;
    ValidatorRegistry internal registry;
    Evidence internal evidence;

    uint256 private _ids;

    function setUp() public virtual {
        build();
    }

    function build() public {
        vm.warp(1_790_000_000);
        vm.roll(100);
        _create();
        _wire();
        for (uint256 i; i < 3; ++i) {
            address wallet = [alice, bob, carol][i];
            enrol(wallet, IIdentityRegistry.Kind.Person, CLASS);
            vm.startPrank(wallet);
            token.approve(address(staking), type(uint256).max);
            token.approve(address(epochs), type(uint256).max);
            vm.stopPrank();
        }
        attest();
    }

    // ---- acts

    function nextId() internal returns (bytes32) {
        return keccak256(abi.encode("id", ++_ids));
    }

    function enrol(address wallet, IIdentityRegistry.Kind kind, uint24 rateClass) internal {
        bool endless = kind == IIdentityRegistry.Kind.StateBody || kind == IIdentityRegistry.Kind.Venue;
        uint64 expiresAt = endless ? 0 : uint64(block.timestamp + 3650 days);
        bytes32 id = nextId();
        vm.prank(registrar);
        identities.register(wallet, id, kind, 1, rateClass, expiresAt);
    }

    function expire(address wallet) internal {
        vm.prank(registrar);
        identities.setStatus(wallet, IIdentityRegistry.Status.RefreshNeeded, 0);
    }

    function freeze(address wallet) internal {
        vm.prank(enforcer);
        identities.freeze(wallet, "order");
    }

    function cash(uint256 amount) internal returns (IReserveRegistry.Position memory) {
        return IReserveRegistry.Position({
            positionId: nextId(),
            class: 0,
            marketValue: uint128(amount),
            lendableValue: uint128(amount),
            receiptHash: "receipt",
            asOf: uint64(block.timestamp),
            expiresAt: NEVER
        });
    }

    function record(IReserveRegistry.Position memory p) internal {
        reserves.record(p, custodianSigns(p), valuerSigns(p));
    }

    function attest() internal {
        if (reserves.lastAttestation().asOf == block.timestamp) return;
        IReserveRegistry.Attestation memory a = attestation();
        reserves.attest(a, signAttestation(VALUER_KEY, a));
    }

    function attestation() internal view returns (IReserveRegistry.Attestation memory) {
        return IReserveRegistry.Attestation({
            marketTotal: uint128(reserves.marketTotal()),
            lendableTotal: uint128(reserves.lendableTotal()),
            positionsRoot: "root",
            asOf: uint64(block.timestamp)
        });
    }

    /// Records a cash position of just this size and issues all of it.
    function mintTo(address wallet, uint256 gross) internal returns (bytes32 positionId) {
        if (reserves.isStale()) attest();
        IReserveRegistry.Position memory p = cash(gross);
        record(p);
        bytes32 issuanceId = nextId();
        vm.prank(issuer);
        token.mint(wallet, gross, p.positionId, issuanceId);
        return p.positionId;
    }

    function stakeAs(address wallet, uint32 operatorId, uint256 amount) internal {
        vm.prank(wallet);
        staking.stake(operatorId, amount);
    }

    function unbondAs(address wallet, uint32 operatorId, uint256 amount) internal returns (uint256) {
        vm.prank(wallet);
        return staking.requestUnbond(operatorId, amount);
    }

    function payFeeAs(address wallet, uint256 amount) internal {
        vm.prank(wallet);
        epochs.payFee(IEpochManager.FeeKind.Trading, amount, "trade");
    }

    /// Proposes, and every validator finds the proposal right.
    function propose(uint256 distributed) internal returns (bytes32 digest) {
        digest = proposeOnly(distributed, batch("books"));
        everybody(0);
    }

    function proposeOnly(uint256 distributed, IEpochManager.Batch memory content) internal returns (bytes32 digest) {
        uint64 due = epochs.nextProposalAt();
        if (block.timestamp < due) pass(due - block.timestamp);
        vm.prank(proposer);
        return epochs.propose(distributed, content);
    }

    function batch(bytes32 booksRoot) internal pure returns (IEpochManager.Batch memory) {
        return IEpochManager.Batch({
            booksRoot: booksRoot,
            entriesRoot: "entries",
            liabilitiesRoot: "liabilities",
            liabilities: 0,
            entriesSeal: keccak256(abi.encode(ENTRIES)),
            canarySeal: keccak256(abi.encode(SALT, false))
        });
    }

    function canary() internal pure returns (IEpochManager.Batch memory content) {
        content = batch("books");
        content.canarySeal = keccak256(abi.encode(SALT, true));
    }

    /// All seats commit and reveal; a reason other than zero refuses.
    function everybody(bytes32 reason) internal {
        IValidatorRegistry.Seat[] memory seats = epochs.validators();
        for (uint256 i; i < seats.length; ++i) {
            commitAs(i, ENTRIES, reason);
        }
        for (uint256 i; i < seats.length; ++i) {
            revealAs(i, ENTRIES, reason);
        }
    }

    function commitAs(uint256 seat, bytes32 entries, bytes32 reason) internal {
        IValidatorRegistry.Seat memory mine = epochs.validators()[seat];
        vm.prank(mine.signer);
        epochs.commit(seat, bytes24(keccak256(abi.encode(mine.operatorId, nonceOf(seat), entries, reason))));
    }

    function revealAs(uint256 seat, bytes32 entries, bytes32 reason) internal {
        address signer = epochs.validators()[seat].signer;
        vm.prank(signer);
        epochs.reveal(seat, nonceOf(seat), entries, reason);
    }

    function nonceOf(uint256 seat) internal pure returns (bytes32) {
        return keccak256(abi.encode("nonce", seat));
    }

    /// Proposes and finishes an epoch with the signatures of all four validators.
    function finishEpoch(uint256 distributed) internal {
        finish(propose(distributed), 15);
    }

    /// Bit n of `who` stands for the validator of operator n + 1.
    function finish(bytes32 digest, uint256 who) internal {
        epochs.finalize(staking.currentEpoch(), who << 1, signaturesOf(digest, who), SALT);
    }

    function pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + 1);
    }

    // ---- signatures

    function custodianSigns(IReserveRegistry.Position memory p) internal view returns (bytes memory) {
        return signPosition(CUSTODIAN_KEY, "CustodyReceipt", p);
    }

    function valuerSigns(IReserveRegistry.Position memory p) internal view returns (bytes memory) {
        return signPosition(VALUER_KEY, "Valuation", p);
    }

    function signPosition(uint256 key, string memory typeName, IReserveRegistry.Position memory p)
        internal
        view
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                typeName,
                "(bytes32 positionId,uint8 class,uint128 marketValue,uint128 lendableValue,bytes32 receiptHash,uint64 asOf,uint64 expiresAt)"
            )
        );
        return signReserve(key, keccak256(abi.encode(typeHash, p)));
    }

    function signAttestation(uint256 key, IReserveRegistry.Attestation memory a) internal view returns (bytes memory) {
        bytes32 typeHash =
            keccak256("Attestation(uint128 marketTotal,uint128 lendableTotal,bytes32 positionsRoot,uint64 asOf)");
        return signReserve(key, keccak256(abi.encode(typeHash, a)));
    }

    function signRelease(uint256 key, bytes32 releaseId, bytes32[] memory positionIds, uint128[] memory amounts)
        internal
        view
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256("Release(bytes32 releaseId,bytes32[] positionIds,uint128[] amounts)");
        bytes32 ids = keccak256(abi.encodePacked(positionIds));
        return signReserve(key, keccak256(abi.encode(typeHash, releaseId, ids, keccak256(abi.encodePacked(amounts)))));
    }

    function signReserve(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Granary ReserveRegistry"),
                keccak256("1"),
                block.chainid,
                address(reserves)
            )
        );
        return sign(key, MessageHashUtils.toTypedDataHash(domain, structHash));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// Bit n of `who` stands for the validator of operator n + 1; in the order of the seats, as the contract wants them.
    function signaturesOf(bytes32 digest, uint256 who) internal pure returns (bytes[] memory signatures) {
        uint256 count;
        for (uint256 rest = who; rest != 0; rest &= rest - 1) {
            ++count;
        }
        signatures = new bytes[](count);
        uint256 next;
        for (uint256 i; who >> i != 0; ++i) {
            if (who >> i & 1 == 1) signatures[next++] = sign(FIRST_VALIDATOR_KEY + i, digest);
        }
    }

    function founders() internal pure returns (IValidatorRegistry.Founder[] memory list) {
        list = new IValidatorRegistry.Founder[](4);
        for (uint32 i; i < 4; ++i) {
            list[i] = IValidatorRegistry.Founder({
                application: application(i + 1),
                controller: controller(i + 1),
                affiliated: i == 0,
                certifiedUntil: uint40(NEVER)
            });
        }
    }

    function application(uint32 operatorId) internal pure returns (IValidatorRegistry.Application memory) {
        return IValidatorRegistry.Application({
            owner: keccak256(abi.encode("owner", operatorId)),
            signer: vm.addr(FIRST_VALIDATOR_KEY + operatorId - 1),
            node: vm.addr(FIRST_NODE_KEY + operatorId),
            payoutWallet: payoutWallet(operatorId),
            commissionBps: 500
        });
    }

    function params() internal view returns (IValidatorRegistry.Params memory) {
        return IValidatorRegistry.Params({
            bondMinimum: BOND_MINIMUM,
            approvalSeconds: APPROVAL_SECONDS,
            jailSeconds: JAIL_SECONDS,
            missedLimit: 5,
            strikeLimit: 3,
            doubleSignBps: 1000,
            badEntryBps: 2000,
            firstLoss: comptroller
        });
    }

    function controller(uint32 operatorId) internal pure returns (address) {
        return address(uint160(0xC0440000 + operatorId));
    }

    function payoutWallet(uint32 operatorId) internal pure returns (address) {
        return address(uint160(0x0be4000 + operatorId));
    }

    // ---- building

    function _create() private {
        manager = new AccessManager(address(this));
        address[] memory councils = new address[](1);
        councils[0] = council;
        timelock = new TimelockController(48 hours, councils, councils, address(0));
        uint256 nonce = vm.getNonce(address(this));
        address[13] memory places;
        for (uint256 i; i < 13; ++i) {
            places[i] = vm.computeCreateAddress(address(this), nonce + i);
        }
        (identities, reserves, token) = (IdentityRegistry(places[1]), ReserveRegistry(places[3]), StateToken(places[5]));
        (vault, staking, splitter, epochs) =
        (TaxVault(places[6]), Staking(places[7]), PayoutSplitter(places[8]), EpochManager(places[9]));
        (registry, evidence) = (ValidatorRegistry(places[11]), Evidence(places[12]));
        address authority = address(manager);
        new IdentityRegistry(staking);
        new ERC1967Proxy(places[0], abi.encodeCall(IdentityRegistry.initialize, (authority, 2026)));
        new ReserveRegistry(token);
        new ERC1967Proxy(places[2], abi.encodeCall(ReserveRegistry.initialize, (authority, MAX_AGE)));
        new StateToken(StateToken.System(identities, reserves, epochs, places[7], places[8], places[6]));
        new ERC1967Proxy(
            places[4],
            abi.encodeCall(
                StateToken.initialize, (authority, "Maryland Dollar", "MDD", 10, 10, CAP_PER_HOUR, CAP_PER_DAY)
            )
        );
        new TaxVault(authority, token, identities, places[8]);
        new Staking(authority, token, identities, splitter, places[9], EPOCH_SECONDS, UNBONDING_SECONDS);
        new PayoutSplitter(authority, token, identities, staking, vault, places[9]);
        new EpochManager(
            authority,
            token,
            reserves,
            staking,
            splitter,
            registry,
            EPOCH_SECONDS,
            GRACE_SECONDS,
            COMMIT_SECONDS,
            REVEAL_SECONDS
        );
        new ValidatorRegistry(staking, identities, places[9], places[12]);
        new ERC1967Proxy(places[10], abi.encodeCall(ValidatorRegistry.initialize, (authority, params())));
        new Evidence(epochs, registry);
    }

    function _wire() private {
        _allow(address(token), StateToken.mint.selector, Roles.ISSUER);
        _allow(address(token), StateToken.pause.selector, Roles.GUARDIAN);
        _allow(address(token), StateToken.forcedTransferUnderOrder.selector, Roles.ENFORCER);
        _allow(address(token), StateToken.setFrozenTokens.selector, Roles.ENFORCER);
        _allow(address(identities), IdentityRegistry.register.selector, Roles.REGISTRAR);
        _allow(address(identities), IdentityRegistry.setStatus.selector, Roles.REGISTRAR);
        _allow(address(identities), IdentityRegistry.scheduleRateClass.selector, Roles.REGISTRAR);
        _allow(address(identities), IdentityRegistry.freeze.selector, Roles.ENFORCER);
        _allow(address(identities), IdentityRegistry.unfreeze.selector, Roles.ENFORCER);
        _allow(address(reserves), ReserveRegistry.release.selector, Roles.ISSUER);
        _allow(address(vault), TaxVault.remit.selector, Roles.REMITTER);
        _allow(address(vault), TaxVault.releaseToPayer.selector, Roles.REMITTER);
        _allow(address(epochs), EpochManager.propose.selector, Roles.PROPOSER);
        _allow(address(registry), ValidatorRegistry.approve.selector, Roles.CERTIFIER);
        _allow(address(registry), ValidatorRegistry.certify.selector, Roles.CERTIFIER);
        _allow(address(registry), ValidatorRegistry.revoke.selector, Roles.CERTIFIER);
        _allow(address(registry), ValidatorRegistry.reinstate.selector, Roles.CERTIFIER);
        _allow(address(staking), Staking.setOperator.selector, Roles.VALIDATOR_REGISTRY);
        _allow(address(staking), Staking.slash.selector, Roles.VALIDATOR_REGISTRY);
        _allow(address(staking), Staking.returnBond.selector, Roles.VALIDATOR_REGISTRY);
        manager.grantRole(Roles.CERTIFIER, certifier, 0);
        manager.grantRole(Roles.VALIDATOR_REGISTRY, address(registry), 0);
        manager.grantRole(Roles.VALIDATOR_REGISTRY, address(this), 0);
        manager.grantRole(Roles.ISSUER, issuer, 0);
        manager.grantRole(Roles.REGISTRAR, registrar, 0);
        manager.grantRole(Roles.PROPOSER, proposer, 0);
        manager.grantRole(Roles.GUARDIAN, guardian, 0);
        manager.grantRole(Roles.ENFORCER, enforcer, 0);
        manager.grantRole(Roles.REMITTER, remitter, 0);
        manager.grantRole(Roles.CUSTODIAN, vm.addr(CUSTODIAN_KEY), 0);
        manager.grantRole(Roles.VALUER, vm.addr(VALUER_KEY), 0);
        manager.grantRole(0, address(timelock), 0);
        enrol(address(staking), IIdentityRegistry.Kind.StateBody, 0);
        enrol(address(splitter), IIdentityRegistry.Kind.StateBody, 0);
        enrol(address(vault), IIdentityRegistry.Kind.StateBody, 0);
        enrol(address(epochs), IIdentityRegistry.Kind.StateBody, 0);
        enrol(comptroller, IIdentityRegistry.Kind.StateBody, 0);
        for (uint32 id = 1; id <= 4; ++id) {
            enrol(payoutWallet(id), IIdentityRegistry.Kind.Organisation, 0);
        }
        registry.found(founders(), uint40(NEVER));
    }

    function _allow(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }
}
