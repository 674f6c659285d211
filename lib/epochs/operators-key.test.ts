import { hexToBytes, keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, it, vi } from "vitest";

const seated = privateKeyToAccount(keccak256(toHex("an operator with a seat")));
const epochManager = `0x${"EE".repeat(20)}` as const;
vi.mock("@/lib/chain/deployment", () => ({
  deployment: () => ({ chainId: 31337, contracts: { epochManager } }),
}));
vi.mock("@/lib/chain/client", () => ({
  publicClient: () => ({ readContract: async () => [{ operatorId: 1, signer: seated.address }] }),
}));

import { batchKeyOf, batchKeyStatement } from "@/lib/epochs/format/envelope";
import { operatorsBatchKey } from "@/lib/epochs/queries";

const { publicKey } = batchKeyOf(hexToBytes(keccak256(toHex("an operator with a seat"))));
const statement = (change: Partial<Parameters<typeof batchKeyStatement>[0]> = {}) =>
  batchKeyStatement({ publicKey, chainId: 31337, epochManager, ...change });
const asking = async (message: string, by = seated, key = publicKey) =>
  operatorsBatchKey(`Operator ${key}:${await by.signMessage({ message })}`);

it("takes the key that an operator with a seat signs for as its own", async () => {
  expect(await asking(statement())).toBe(publicKey);
});

it("refuses a stranger's, one for another chain or contract, and a key put in place of the signed one", async () => {
  const stranger = privateKeyToAccount(keccak256(toHex("a stranger")));
  const others = [
    asking(statement(), stranger),
    asking(statement({ chainId: 1 })),
    asking(statement({ epochManager: `0x${"aa".repeat(20)}` })),
    asking(statement(), seated, "ab".repeat(32)),
  ];
  for (const other of others) await expect(other).rejects.toMatchObject({ code: "not_allowed" });
});

it.each([
  null,
  "",
  "Bearer x",
  `Operator ${"a".repeat(64)}`,
  `Operator ${"A".repeat(64)}:0x${"0".repeat(130)}`,
  `Operator ${"a".repeat(64)}:0x${"f".repeat(130)}`,
  `Operator ${"a".repeat(64)}:0x${"0".repeat(131)}`,
])("asks whoever sends %s to sign in", async (sent) => {
  await expect(operatorsBatchKey(sent)).rejects.toMatchObject({ code: "sign_in_required" });
});
