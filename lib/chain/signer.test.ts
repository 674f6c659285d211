import { asc, eq, sql } from "drizzle-orm";
import { encodeFunctionData, keccak256, parseTransaction, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { nonce as nonceTable, outboxAttempt, outboxIntent } from "@/db/schema/chain";
import { origin } from "@/db/schema/installation";
import { patience, rounds } from "@/lib/bars/rounds";
import { identityRegistryAbi, stateTokenAbi } from "@/lib/chain/abi";
import { enqueue, type Intent } from "@/lib/chain/outbox";
import { openSigner, UnknownSigner } from "@/lib/chain/signer";
import { onFailpoint } from "@/lib/failpoint";
import { startTestChain, type TestChain } from "@/lib/processes/test-chain";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

let chain: TestChain;
let database: TestDatabase;
let worker: Db;
let signerDb: Db;

beforeAll(async () => {
  chain = await startTestChain();
  process.env.CHAIN_ID = String(chain.deployment.chainId);
  database = await testDatabase();
  worker = database.open("worker", 2).db;
  signerDb = database.open("signer", 2).db;
});
afterAll(async () => {
  await chain.stop();
  await database.close();
});

class Killed extends Error {}

const stopAt = (point: string) =>
  onFailpoint((name) => {
    if (name === point) throw new Killed(point);
  });

const signer = () =>
  openSigner({
    db: signerDb,
    client: chain.client,
    deployment: chain.deployment,
    finalityFile: undefined,
    keys: {
      issuer: chain.key("issuer"),
      registrar: chain.key("registrar"),
      faucet: chain.key("faucet"),
    },
  });

let people = 0;
async function registration(over: Partial<Intent> = {}): Promise<Intent> {
  const { timestamp } = await chain.client.getBlock();
  const n = ++people;
  return {
    kind: "identity.register",
    businessKey: `register:${n}`,
    sender: "registrar",
    to: chain.deployment.contracts.identityRegistry,
    data: encodeFunctionData({
      abi: identityRegistryAbi,
      functionName: "register",
      args: [
        `0x${n.toString(16).padStart(40, "c")}`,
        keccak256(toHex(`id ${n}`)),
        1,
        1,
        0,
        timestamp + 31_536_000n,
      ],
    }),
    requestId: "test",
    ...over,
  };
}

const ask = async (intent: Intent) => worker.transaction((tx) => enqueue(tx, intent));
const intent = async (id: string) => {
  const [row] = await worker.select().from(outboxIntent).where(eq(outboxIntent.id, id));
  return row;
};
const attempts = (id: string) =>
  signerDb
    .select()
    .from(outboxAttempt)
    .where(eq(outboxAttempt.intentId, id))
    .orderBy(asc(outboxAttempt.createdAt));

async function untilFinal(id: string, with_ = signer()): Promise<void> {
  await with_.start();
  for (let round = 0; round < 60; round++) {
    const state = (await intent(id))?.state;
    if (state === "final" || state === "reverted" || state === "cancelled") return;
    await with_.step();
    await chain.mine();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`intent stays ${(await intent(id))?.state}`);
}

const sentBy = async () =>
  chain.client.getTransactionCount({ address: chain.address("registrar"), blockTag: "latest" });

describe("the signer", () => {
  it("mints for nobody that no conversion asked for", async () => {
    const id = await ask({
      kind: "issuance.mint",
      businessKey: "mint:slipped-in",
      sender: "issuer",
      to: chain.deployment.contracts.stateToken,
      data: encodeFunctionData({
        abi: stateTokenAbi,
        functionName: "mint",
        args: [`0x${"c".repeat(40)}`, 5_000_000n, keccak256("0x01"), keccak256("0x02")],
      }),
      requestId: "test",
    });
    await untilFinal(id);
    expect(await intent(id)).toMatchObject({
      state: "cancelled",
      error: "refused by the signer: no_act_behind",
    });
    expect(await attempts(id)).toEqual([]);
  });

  it("sends an intent once and settles it when final", async () => {
    const before = await sentBy();
    const id = await ask(await registration());
    await untilFinal(id);
    expect((await intent(id))?.state).toBe("final");
    expect(await sentBy()).toBe(before + 1);
    expect(await attempts(id)).toHaveLength(1);
  });

  it.each([
    "signer.nonce-taken",
    "signer.signed",
    "signer.bytes-stored",
    "signer.committed",
    "signer.broadcast",
    "signer.answer-kept",
    "signer.receipt-seen",
  ])(
    "killed at %s, goes on with the same bytes and sends once",
    async (step) => {
      for (let round = 0; round < rounds(1); round++) {
        const before = await sentBy();
        const id = await ask(await registration());
        const dying = signer();
        await dying.start();
        stopAt(step);
        await expect(
          (async () => {
            for (let turn = 0; turn < 5; turn++) {
              await dying.step();
              await chain.mine();
            }
          })(),
        ).rejects.toThrow(Killed);
        onFailpoint(undefined);
        const stored = await attempts(id);
        const isBefore = ["signer.nonce-taken", "signer.signed", "signer.bytes-stored"].includes(step);
        expect(stored).toHaveLength(isBefore ? 0 : 1);

        await untilFinal(id);
        const after = await attempts(id);
        expect(after).toHaveLength(1);
        if (stored[0]) expect(after[0]?.rawTransaction).toBe(stored[0].rawTransaction);
        expect((await intent(id))?.state).toBe("final");
        expect(await sentBy()).toBe(before + 1);
      }
    },
    patience(30_000),
  );

  it("gives many intents consecutive nonces, also with two signers at work", async () => {
    const before = await sentBy();
    const ids = await Promise.all(Array.from({ length: 12 }, async () => ask(await registration())));
    const [one, two] = [signer(), signer()];
    await Promise.all([one.start(), two.start()]);
    for (let round = 0; round < 20; round++) await Promise.all([one.step(), two.step()]);
    for (const id of ids) await untilFinal(id);
    const rows = (await Promise.all(ids.map(attempts))).flat();
    const nonces = rows.map((row) => Number(row.nonce)).sort((a, b) => a - b);
    expect(nonces).toEqual(Array.from({ length: 12 }, (_, i) => before + i));
  });

  it("brings a lost chain its transactions back, with the bytes they had", async () => {
    const snapshot = await chain.rpc("evm_snapshot");
    const id = await ask(await registration());
    const own = signer();
    await own.start();
    await own.step();
    await own.step();
    const before = await attempts(id);
    await chain.rpc("evm_revert", [snapshot]);
    await chain.mine(3);
    await signerDb.update(outboxAttempt).set({ sentAt: new Date(Date.now() - 10_000) });
    await untilFinal(id);
    expect(await attempts(id)).toHaveLength(1);
    expect((await intent(id))?.txHash).toBe(before[0]?.txHash);
  });

  /** an intent that was sent and that the pool dropped; nothing is mined until automine is on again */
  async function lost(): Promise<{ id: string; own: ReturnType<typeof signer> }> {
    await chain.rpc("evm_setAutomine", [false]);
    const id = await ask(await registration());
    const own = signer();
    await own.start();
    await own.step();
    await chain.rpc("anvil_dropAllTransactions");
    return { id, own };
  }

  /** two minutes later, with another block on top of a pool that dropped everything */
  async function hang(id: string, own: ReturnType<typeof signer>, replacedAt = "2 minutes"): Promise<void> {
    const ago = sql`clock_timestamp() - (case purpose when 'replace' then ${replacedAt} else '2 minutes' end)::interval`;
    await database
      .open("owner", 1)
      .db.execute(
        sql`update chain.outbox_attempt set created_at = ${ago}, sent_at = ${ago} where intent_id = ${id}`,
      );
    await own.step();
    await chain.rpc("anvil_dropAllTransactions");
    await chain.mine();
  }

  it("replaces what hangs with the same nonce and fees at least a tenth higher", async () => {
    const { id, own } = await lost();
    for (let round = 0; round < 6 && (await attempts(id)).length < 2; round++) await hang(id, own);
    await chain.rpc("evm_setAutomine", [true]);
    const [first, second] = await attempts(id);
    expect(second?.purpose).toBe("replace");
    expect(second?.nonce).toBe(first?.nonce);
    expect(second!.maxFeePerGasWei * 10n).toBeGreaterThanOrEqual(first!.maxFeePerGasWei * 11n);
    expect(parseTransaction(second!.rawTransaction).data).toBe(parseTransaction(first!.rawTransaction).data);
    await untilFinal(id);
    expect((await intent(id))?.state).toBe("final");
  });

  it("replaces the latest attempt although the database's clock calls another one newer", async () => {
    const { id, own } = await lost();
    for (let round = 0; round < 6 && (await attempts(id)).length < 2; round++) await hang(id, own);
    for (let round = 0; round < 6 && (await attempts(id)).length < 3; round++)
      await hang(id, own, "3 minutes");
    const fees = (await attempts(id)).map((attempt) => attempt.maxFeePerGasWei).sort((a, b) => Number(a - b));
    expect(fees).toHaveLength(3);
    expect(fees[2]! * 10n).toBeGreaterThanOrEqual(fees[1]! * 11n);
    await chain.rpc("evm_setAutomine", [true]);
    await untilFinal(id, own);
    expect((await intent(id))?.state).toBe("final");
  });

  it("cancels what hangs at the fee cap, and signs anew only once the cancel is final: one effect", async () => {
    const before = await sentBy();
    const { id, own } = await lost();
    const cap = 5n * 10n ** 9n;
    await database
      .open("owner", 1)
      .db.execute(
        sql`update chain.outbox_attempt set max_fee_per_gas_wei = ${cap.toString()}::numeric, max_priority_fee_per_gas_wei = ${cap.toString()}::numeric where intent_id = ${id}`,
      );
    for (let round = 0; round < 8 && (await attempts(id)).length < 2; round++) await hang(id, own);
    const [first, cancel] = await attempts(id);
    expect(cancel).toMatchObject({ purpose: "cancel", nonce: first?.nonce });
    const bytes = parseTransaction(cancel!.rawTransaction);
    expect(bytes.to?.toLowerCase()).toBe(chain.address("registrar").toLowerCase());
    expect(bytes.data ?? "0x").toBe("0x");
    expect(bytes.value ?? 0n).toBe(0n);
    expect(cancel!.maxPriorityFeePerGasWei * 10n).toBeGreaterThanOrEqual(
      first!.maxPriorityFeePerGasWei * 11n,
    );
    expect((await intent(id))?.state).toBe("sent");
    await chain.client.sendRawTransaction({ serializedTransaction: cancel!.rawTransaction });
    await chain.rpc("evm_setAutomine", [true]);
    await untilFinal(id, own);
    expect((await intent(id))?.state).toBe("final");
    const all = await attempts(id);
    expect(all.map((attempt) => attempt.purpose)).toEqual(["send", "cancel", "send"]);
    expect(all[2]?.nonce).toBe(first!.nonce + 1n);
    expect(await sentBy()).toBe(before + 2);
    for (let more = 0; more < 3; more++) await own.step();
    expect(await attempts(id)).toHaveLength(3);
  });

  it.each([
    ["back", -3_600_000],
    ["ahead", 3_600_000],
  ])(
    "brings a lost transaction back with this machine's clock an hour %s, and sends it once",
    async (_, off) => {
      const real = Date.now.bind(Date);
      const clock = vi.spyOn(Date, "now").mockImplementation(() => real() + off);
      try {
        const before = await sentBy();
        const id = await ask(await registration());
        const own = signer();
        await own.start();
        await chain.rpc("evm_setAutomine", [false]);
        await own.step();
        await chain.rpc("anvil_dropAllTransactions");
        await chain.rpc("evm_setAutomine", [true]);
        await untilFinal(id, own);
        expect((await intent(id))?.state).toBe("final");
        expect(await attempts(id)).toHaveLength(1);
        expect(await sentBy()).toBe(before + 1);
      } finally {
        clock.mockRestore();
      }
    },
  );

  it("marks what would revert as failed with its reason, and spends no nonce", async () => {
    const before = await sentBy();
    const first = await registration();
    await untilFinal(await ask(first));
    const id = await ask({ ...first, businessKey: "register:again" });
    await untilFinal(id);
    expect(await intent(id)).toMatchObject({ state: "reverted", error: expect.stringMatching(/Taken/) });
    expect(await sentBy()).toBe(before + 1);
  });

  it("cancels what had to follow a failed intent", async () => {
    const taken = await registration();
    await untilFinal(await ask(taken));
    const failing = await ask({ ...taken, businessKey: "register:twice" });
    const following = await ask(await registration({ afterIntentId: failing }));
    await untilFinal(following);
    expect((await intent(following))?.state).toBe("cancelled");
  });

  it.each([
    ["a contract that is not ours", { to: "0x00000000000000000000000000000000000000aa" }],
    ["a function of another sender", { sender: "issuer" }],
    ["an unknown selector", { data: "0xdeadbeef" }],
    ["value beside a call", { valueWei: 1n }],
    [
      "a grant above the cap",
      { sender: "faucet", data: "0x", valueWei: 10n ** 18n, to: `0x${"aa".repeat(20)}` },
    ],
  ] as const)("never signs %s", async (_, over) => {
    const id = await ask(await registration(over as Partial<Intent>));
    await untilFinal(id);
    expect(await intent(id)).toMatchObject({
      state: "cancelled",
      error: expect.stringContaining("refused by the signer"),
    });
    expect(await attempts(id)).toHaveLength(0);
  });

  it("refuses another effect under a known key", async () => {
    const known = await registration();
    await ask(known);
    await expect(ask({ ...known, to: chain.deployment.contracts.stateToken })).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
    expect(await ask(known)).toBe(await ask(known));
  });

  it("halts when the chain is ahead of the table: somebody else signs with the key", async () => {
    const before = await signer();
    await before.start();
    await chain.send("issuer", {
      to: chain.deployment.contracts.stateToken,
      abi: stateTokenAbi,
      functionName: "approve",
      args: [chain.address(9), 0n],
    });
    await expect(signer().start()).rejects.toThrow(UnknownSigner);
    await database
      .open("owner", 1)
      .db.update(nonceTable)
      .set({ nextNonce: sql`next_nonce + 1` })
      .where(eq(nonceTable.sender, "issuer"));
    await signer().start();
  });

  it("takes its numbers from the chain, once, after a restore was noticed", async () => {
    const owner = database.open("owner", 1).db;
    const ofIssuer = eq(nonceTable.sender, "issuer");
    const isBehindSince = (updatedAt: Date) =>
      owner.update(nonceTable).set({ nextNonce: sql`next_nonce - 1`, updatedAt }).where(ofIssuer);
    const [before] = await owner.select().from(nonceTable).where(ofIssuer);
    await isBehindSince(new Date(Date.now() - 60_000));
    await expect(signer().start()).rejects.toThrow(UnknownSigner);
    await owner.insert(origin).values([
      { systemIdentifier: "the first server", timeline: 1 },
      { systemIdentifier: "the first server", timeline: 2 },
    ]);
    await signer().start();
    const [after] = await owner.select().from(nonceTable).where(ofIssuer);
    expect(after?.nextNonce).toBe(before?.nextNonce);
    await isBehindSince(after?.updatedAt ?? new Date());
    await expect(signer().start()).rejects.toThrow(UnknownSigner);
  });
});
