import { sql } from "drizzle-orm";
import { HttpRequestError, type PublicClient } from "viem";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outboxIntent } from "@/db/schema/chain";
import { type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { grantNetworkCoin, grantRule } from "@/lib/staking/commands/grant-network-coin";

let bank: TestBank;
beforeEach(async () => {
  bank = await testBank();
});
afterEach(() => bank.close());

const holding = (wei: bigint) => ({ getBalance: async () => wei }) as unknown as PublicClient;
const ask = (walletId: string, client = holding(0n)) =>
  grantNetworkCoin(bank.system, { walletId, client, deployment: testDeployment });
const grants = () => bank.worker.select().from(outboxIntent);
const laterBy = (seconds: number) => bank.worker.execute(sql`select bank.advance_clock(${seconds}::bigint)`);

describe("grant-network-coin", () => {
  it("gives a verified wallet that has nearly none one grant, and then waits by the bank's clock", async () => {
    const { walletId } = await bank.customer();
    expect((await ask(walletId)).outcome).toBe("granted");
    expect((await ask(walletId)).outcome).toBe("too_soon");
    await laterBy(grantRule.everySeconds - 60);
    expect((await ask(walletId)).outcome).toBe("too_soon");
    await laterBy(120);
    expect((await ask(walletId)).outcome).toBe("granted");
    expect((await grants()).map(({ valueWei }) => valueWei)).toEqual([
      grantRule.grantWei,
      grantRule.grantWei,
    ]);
  });

  it("gives nothing to who has enough or is not verified", async () => {
    const { walletId } = await bank.customer();
    expect((await ask(walletId, holding(grantRule.belowWei))).outcome).toBe("enough");
    const stranger = await bank.customer({ isVerified: false });
    expect((await ask(stranger.walletId)).outcome).toBe("not_verified");
    expect(await grants()).toEqual([]);
  });

  it("is one grant when asked twenty times at once", async () => {
    const { walletId } = await bank.customer();
    const outcomes = (await Promise.all(Array.from({ length: 20 }, () => ask(walletId)))).map(
      ({ outcome }) => outcome,
    );
    expect(outcomes.filter((one) => one === "granted")).toHaveLength(1);
    expect(await grants()).toHaveLength(1);
  });

  it("says that the chain is down when it cannot be asked", async () => {
    const { walletId } = await bank.customer();
    const away = {
      getBalance: () => Promise.reject(new HttpRequestError({ url: "http://chain.invalid" })),
    } as unknown as PublicClient;
    await expect(ask(walletId, away)).rejects.toMatchObject({ code: "chain_down" });
    expect(await grants()).toEqual([]);
  });
});
