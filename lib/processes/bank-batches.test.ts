import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { hexToBytes, keccak256, toHex } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { batchKeyOf, sealEnvelope } from "@/lib/epochs/format/envelope";
import { bankBatches } from "@/lib/processes/bank-batches";
import { BatchUnavailable } from "@/lib/processes/batch";
import { testDeployment } from "@/lib/processes/test-bank";

const key = keccak256(toHex("an operator"));
const another = keccak256(toHex("another operator"));
const root = keccak256(toHex("entries"));
const lines = Array.from({ length: 4_000 }, (_, n) => `["event","${n}"]`);
const silenceMs = 300;

let url: string;
let answer: (response: ServerResponse) => unknown;
const server = createServer((_, response) => answer(response));
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function sealed(of: { root?: string; key?: typeof key } = {}): Promise<Buffer> {
  const recipient = batchKeyOf(hexToBytes(of.key ?? key)).publicKey;
  const content = Readable.from([Buffer.from(`${lines.join("\n")}\n`)]);
  const pieces: Uint8Array[] = [];
  for await (const piece of sealEnvelope(content, { entriesRoot: of.root ?? root, recipient }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}
async function read(bank = url): Promise<string[]> {
  const found: string[] = [];
  const batchOf = bankBatches({ bank, key, deployment: testDeployment, silenceMs });
  for await (const line of batchOf(root)) found.push(line);
  return found;
}
const why = async (bank?: string): Promise<string> => {
  const since = performance.now();
  const error = await read(bank).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BatchUnavailable)) return `no named refusal: ${error}`;
  return performance.now() - since < 5_000 ? error.message : "late";
};
const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);

it("reads a batch that comes slowly, as long as it comes", async () => {
  const bytes = await sealed();
  answer = async (response) => {
    for (let at = 0; at < bytes.length; at += bytes.length / 5) {
      response.write(bytes.subarray(at, at + bytes.length / 5));
      await new Promise((resolve) => setTimeout(resolve, silenceMs / 2));
    }
    response.end();
  };
  expect(await read()).toEqual(lines);
});

it("names a bank that is down, refuses, sends elsewhere, or never answers", async () => {
  expect(await why("http://127.0.0.1:9")).toMatch(/^the bank does not show the batch: /);
  answer = (response) => response.destroy();
  expect(await why()).toMatch(/^the bank does not show the batch: /);
  answer = (response) => response.writeHead(503).end();
  expect(await why()).toBe("the bank answers 503");
  answer = (response) => response.writeHead(302, { location: "http://127.0.0.1:9" }).end();
  expect(await why()).toMatch(/^the bank does not show the batch: /);
  answer = () => undefined;
  expect(await why()).toBe("the bank fell silent");
});

it("names a batch that stops, is cut off, was changed, is another's or an earlier one", async () => {
  const bytes = await sealed();
  answer = (response) => response.write(half(bytes));
  expect(await why()).toBe("the bank fell silent");
  answer = (response) => response.end(half(bytes));
  expect(await why()).toMatch(/^the batch does not open: /);
  const changed = Buffer.from(bytes);
  changed[bytes.length - 5] = (changed.at(-5) as number) ^ 1;
  answer = (response) => response.end(changed);
  expect(await why()).toMatch(/^the batch does not open: /);
  for (const of of [{ key: another }, { root: keccak256(toHex("an earlier epoch's entries")) }]) {
    const other = await sealed(of);
    answer = (response) => response.end(other);
    expect(await why()).toBe("the batch does not open: it is not this batch, sealed for this key");
  }
  answer = (response) => response.end("<html>maintenance</html>");
  expect(await why()).toMatch(/^the batch does not open: /);
});
