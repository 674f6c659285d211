import { type Hex, type PublicClient, type TransactionReceipt, TransactionReceiptNotFoundError } from "viem";
import { describe, expect, it } from "vitest";
import { receiptOf } from "@/lib/chain/receipt-of";

const hash: Hex = `0x${"ab".repeat(32)}`;
const receipt = { status: "success" } as TransactionReceipt;

/** A node that has the receipt as soon as `isMined` says so. */
const node = (isMined: (asked: { receipts: number; blocks: number }) => boolean, refuses = false) => {
  const asked = { receipts: 0, blocks: 0 };
  const client = {
    getTransactionReceipt: async () => {
      asked.receipts += 1;
      if (isMined(asked)) return receipt;
      throw new TransactionReceiptNotFoundError({ hash });
    },
    request: async () => {
      asked.blocks += 1;
      if (refuses) throw new Error("the method anvil_mine does not exist");
    },
  } as unknown as Pick<PublicClient, "getTransactionReceipt" | "request">;
  return { asked, client };
};

describe("a receipt", () => {
  it("is asked for until it is there, and no block is asked for while it comes in time", async () => {
    const { asked, client } = node(({ receipts }) => receipts > 3);
    expect(await receiptOf(client, hash, { everyMs: 1 })).toBe(receipt);
    expect(asked).toEqual({ receipts: 4, blocks: 0 });
  });

  it("of a transaction that the chain passed over comes with the block that is asked for", async () => {
    const { asked, client } = node(({ blocks }) => blocks > 0);
    expect(await receiptOf(client, hash, { everyMs: 1, nudgeMs: 20 })).toBe(receipt);
    expect(asked.blocks).toBe(1);
  });

  it("that never comes is an error after the patience, also of a node that makes no blocks for us", async () => {
    const { asked, client } = node(() => false, true);
    await expect(receiptOf(client, hash, { everyMs: 1, nudgeMs: 10, patienceMs: 50 })).rejects.toThrow(hash);
    expect(asked.blocks).toBeGreaterThan(1);
  });
});
