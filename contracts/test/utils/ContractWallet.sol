// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A customer's wallet that is a contract, for tests
/// @notice One owner signs messages for it (ERC-1271) and lets it make several calls as one.
contract ContractWallet is IERC1271 {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    address public immutable OWNER;

    error NotOwner();

    constructor(address owner) {
        OWNER = owner;
    }

    receive() external payable {}

    function execute(Call[] calldata calls) external {
        if (msg.sender != OWNER) revert NotOwner();
        for (uint256 i = 0; i < calls.length; i++) {
            (bool done, bytes memory answer) = calls[i].to.call{value: calls[i].value}(calls[i].data);
            if (!done) {
                assembly {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
