import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { besuQbft } from "@/lib/vendors/consensus/besu";
import { followers } from "@/lib/vendors/consensus/followers";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers as the given function says, for the path or the method that is asked. */
async function serving(answerTo: (asked: string) => unknown): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const asked = body ? (JSON.parse(body) as { method: string }).method : (request.url ?? "");
    const said = answerTo(asked);
    response.end(typeof said === "string" ? said : JSON.stringify(said));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const node = (n: number) => `0x${String(n).repeat(40)}`;
/** answers in the shape of Besu's API reference; no Besu runs here */
const fakeBesu = (over: Record<string, unknown> = {}) => {
  const results: Record<string, unknown> = {
    qbft_getValidatorsByBlockNumber: [1, 2, 3, 4].map(node),
    qbft_getSignerMetrics: [
      { address: node(1), proposedBlockCount: "0x19", lastProposedBlockNumber: "0x64" },
      { address: node(2), proposedBlockCount: "0x19", lastProposedBlockNumber: "0x63" },
      { address: node(3), proposedBlockCount: "0x5", lastProposedBlockNumber: "0x50" },
    ],
    eth_blockNumber: "0x64",
    ...over,
  };
  return serving((method) => ({ jsonrpc: "2.0", id: 1, result: results[method] }));
};

it("tells of a Besu network who has stopped proposing, and who never did", async () => {
  expect(await besuQbft(await fakeBesu()).hosts()).toEqual([
    { of: { node: node(1) }, behindBlocks: 0n, problem: undefined },
    { of: { node: node(2) }, behindBlocks: 0n, problem: undefined },
    { of: { node: node(3) }, behindBlocks: 20n, problem: "has proposed no block since 80" },
    {
      of: { node: node(4) },
      behindBlocks: 100n,
      problem: "has proposed none of the blocks that the node looked at",
    },
  ]);
});

it("gives a young Besu network its rounds before anybody is called down", async () => {
  const hosts = await besuQbft(await fakeBesu({ eth_blockNumber: "0x5", qbft_getSignerMetrics: [] })).hosts();
  expect(hosts.every(({ problem }) => problem === undefined)).toBe(true);
});

it.each([
  ["without the QBFT methods", { error: { code: -32604, message: "Method not enabled" } }, /not enabled/],
  ["that answers something else", { result: [{ address: "0x1" }] }, /./],
  ["that answers no JSON", "<html>", /./],
])("refuses a node %s", async (_, said, wording) => {
  await expect(besuQbft(await serving(() => said)).hosts()).rejects.toThrow(wording);
});

it("asks each validator's node, and leaves out the silent and the unreadable", async () => {
  const well = await serving(() => ({ operatorId: 3, recomputedTo: "90", finalTo: "100" }));
  const troubled = await serving(() => ({
    ...{ operatorId: 4, recomputedTo: "100", finalTo: "100" },
    trouble: { word: "node_silent", sentence: "The node does not answer." },
  }));
  const garbled = await serving(() => ({ operatorId: "three" }));
  expect(await followers([well, garbled, troubled, "http://127.0.0.1:9"]).hosts()).toEqual([
    { of: { operatorId: 3 }, behindBlocks: 10n, problem: undefined },
    { of: { operatorId: 4 }, behindBlocks: 0n, problem: "The node does not answer." },
  ]);
});
