// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Role ids in the AccessManager; 0 is its admin, which is the timelock alone
library Roles {
    uint64 internal constant ISSUER = 1;
    uint64 internal constant REGISTRAR = 2;
    uint64 internal constant PROPOSER = 3;
    uint64 internal constant GUARDIAN = 4;
    uint64 internal constant ENFORCER = 5;
    uint64 internal constant REMITTER = 6;
    /// held by keys outside the bank; they call nothing, they sign
    uint64 internal constant CUSTODIAN = 7;
    uint64 internal constant VALUER = 8;
    /// approves, certifies and revokes operators, each under two persons
    uint64 internal constant CERTIFIER = 9;
    /// held by the ValidatorRegistry alone: it opens operators at Staking, slashes them and returns their bonds
    uint64 internal constant VALIDATOR_REGISTRY = 10;
}
