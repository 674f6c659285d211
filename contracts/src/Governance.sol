// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// Unmodified OpenZeppelin contracts that the deployment uses: named here so that they are compiled with the rest.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
