import { describe, expect, it } from "vitest";
import { allowedMethods, maxBatch, sortCalls } from "./methods";

const call = (method: string, id: number | string = 1) => ({ jsonrpc: "2.0", id, method, params: [] });

describe("the list of methods", () => {
  it("holds nothing of the node's own powers", () => {
    for (const method of allowedMethods) expect(method).toMatch(/^(eth|net)_/);
    for (const word of ["sign", "accounts", "sendTransaction", "mine", "coinbase", "Filter", "subscribe"])
      expect([...allowedMethods].filter((method) => method.includes(word))).toEqual([]);
  });

  it.each([
    "anvil_setBalance",
    "anvil_dumpState",
    "evm_mine",
    "evm_setNextBlockTimestamp",
    "hardhat_impersonateAccount",
    "debug_traceTransaction",
    "trace_block",
    "personal_unlockAccount",
    "personal_sign",
    "admin_peers",
    "miner_start",
    "txpool_content",
    "eth_sendTransaction",
    "eth_sendUnsignedTransaction",
    "eth_sign",
    "eth_signTypedData_v4",
    "eth_accounts",
    "eth_newFilter",
    "eth_subscribe",
    "ETH_CALL",
    "eth_call ",
    " eth_call",
    "eth_call\u0000",
    "__proto__",
    "constructor",
    "",
  ])("answers %j itself and forwards nothing", (method) => {
    const sorted = sortCalls(call(method));
    expect(sorted?.forward).toEqual([]);
    expect(sorted?.refused).toEqual([
      { jsonrpc: "2.0", id: 1, error: { code: -32601, message: "This method is not offered here" } },
    ]);
  });
});

describe("a body", () => {
  it("forwards what is allowed and answers the rest, by id", () => {
    const sorted = sortCalls([
      call("eth_call", 1),
      call("anvil_mine", 2),
      call("eth_sendRawTransaction", "x"),
    ]);
    expect(sorted?.forward.map(({ id }) => id)).toEqual([1, "x"]);
    expect(sorted?.refused.map(({ id }) => id)).toEqual([2]);
  });

  it("forwards only the members of a call, so that nothing is smuggled beside it", () => {
    const sorted = sortCalls({ ...call("eth_call"), extra: "anvil_setBalance" });
    expect(Object.keys(sorted?.forward[0] ?? {}).sort()).toEqual(["id", "jsonrpc", "method", "params"]);
  });

  it.each([
    ["eth_call", undefined, "0x4c4b40"],
    ["eth_call", "0xffffffffffff", "0x4c4b40"],
    ["eth_estimateGas", "nonsense", "0x4c4b40"],
    ["eth_estimateGas", "0x5208", "0x5208"],
  ])("lets %s with a gas of %j run no longer than a bounded gas", (method, gas, bounded) => {
    const params = [{ to: "0x1", gas, gasLimit: "0xffffffffffff" }, "latest"];
    const sorted = sortCalls({ ...call(method), params });
    expect(sorted?.forward[0]?.params).toEqual([{ to: "0x1", gas: bounded }, "latest"]);
  });

  it.each([[[]], [Array.from({ length: maxBatch + 1 }, () => call("eth_call"))]])(
    "refuses a batch of %#",
    (body) => {
      expect(sortCalls(body)).toBeNull();
    },
  );

  it.each([
    null,
    7,
    "eth_call",
    [[call("eth_call")]],
    { method: "eth_call" },
    { jsonrpc: "1.0", id: 1, method: "eth_call" },
  ])("never forwards %j", (body) => {
    expect(sortCalls(body)?.forward ?? []).toEqual([]);
  });
});
