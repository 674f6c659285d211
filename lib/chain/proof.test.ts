import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode } from "@/lib/chain/node";
import {
  bloomTest,
  hashOfHeader,
  isItsHash,
  type RawHeader,
  type RawReceipt,
  receiptsRootOf,
} from "@/lib/chain/proof";
import { startAnvil } from "@/lib/processes/test-chain";

let anvil: Awaited<ReturnType<typeof startAnvil>>;
let header: RawHeader;
let receipts: RawReceipt[];

beforeAll(async () => {
  anvil = await startAnvil(1);
  const node = openNode(`http://127.0.0.1:${anvil.port}`);
  await node.batch([{ method: "evm_setAutomine", params: [false] }]);
  const [accounts] = (await node.batch([{ method: "eth_accounts", params: [] }])) as [string[]];
  // past 127 a transaction's number takes two bytes, past 255 three: each another shape of trie
  const sends = Array.from({ length: 300 }, (_, nonce) => ({
    method: "eth_sendTransaction",
    params: [{ from: accounts[0], to: accounts[1], value: "0x1", nonce: `0x${nonce.toString(16)}` }],
  }));
  await node.batch(sends);
  await node.batch([{ method: "evm_mine", params: [] }]);
  [header, receipts] = (await node.batch([
    { method: "eth_getBlockByNumber", params: ["latest", false] },
    { method: "eth_getBlockReceipts", params: ["latest"] },
  ])) as [RawHeader, RawReceipt[]];
});
afterAll(() => {
  anvil.child.kill("SIGKILL");
});

describe("what a block proves", () => {
  it("is its header, by its hash", () => {
    expect(isItsHash(header)).toBe(true);
    for (const field of ["parentHash", "receiptsRoot", "number", "timestamp", "extraData", "requestsHash"])
      expect(isItsHash({ ...header, [field]: "0x07" }), field).toBe(false);
  });

  it("is its receipts, all of them in their order", () => {
    expect(receipts).toHaveLength(300);
    expect(receiptsRootOf(receipts)).toBe(header.receiptsRoot);
    expect(receiptsRootOf(receipts.slice(1))).not.toBe(header.receiptsRoot);
    expect(receiptsRootOf([...receipts].reverse())).not.toBe(header.receiptsRoot);
    for (const at of [0, 127, 128, 255, 256, 299]) {
      const changed = receipts.map((one, i) => (i === at ? { ...one, status: "0x0" as const } : one));
      expect(receiptsRootOf(changed), String(at)).not.toBe(header.receiptsRoot);
    }
  });

  it("is the header without round and seals where blocks are signed after they are named", () => {
    const list = (...items: string[]) =>
      `${(0xc0 + items.join("").length / 2).toString(16)}${items.join("")}`;
    const vanity = `84${"aa".repeat(4)}`;
    const validators = list(`94${"11".repeat(20)}`);
    const extra = (round: string, seals: string) =>
      `0x${list(vanity, validators, "c0", round, seals)}` as const;
    const named = { ...header, extraData: extra("80", "c0") };
    const sealed = { ...named, hash: hashOfHeader(named), extraData: extra("02", list("84deadbeef")) };
    expect(isItsHash(sealed)).toBe(true);
    const foreign = `94${"22".repeat(20)}`;
    expect(isItsHash({ ...sealed, extraData: `0x${list(vanity, list(foreign), "c0", "02", "c0")}` })).toBe(
      false,
    );
  });

  it("is that an address has no log in it, by the bloom", () => {
    expect(bloomTest(`0x${"ab".repeat(20)}`)(`0x${"0".repeat(512)}`)).toBe(false);
    expect(bloomTest(`0x${"ab".repeat(20)}`)(`0x${"f".repeat(512)}`)).toBe(true);
  });
});
