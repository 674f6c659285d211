import { sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reconciliation } from "@/db/schema/control";
import { type TestBank, testBank } from "@/lib/processes/test-bank";
import { setSwitch } from "@/lib/switches/commands/set-switch";
import { listSwitches } from "@/lib/switches/queries";

let bank: TestBank;
beforeEach(async () => {
  bank = await testBank();
});
afterEach(() => bank.close());

const compared = (outcome: "equal" | "different", finalBlock = 9n) =>
  bank.worker
    .insert(reconciliation)
    .values({ blockNumber: 7n, finalBlock, outcome, differences: [], at: sql`bank.now()` as never });

describe("sending", () => {
  it("is turned on again only after chain and books were found equal since it was turned off", async () => {
    const officer = await bank.staff("compliance");
    const turn = (isOn: boolean) => setSwitch(bank.as(officer), { name: "send", isOn, reason: "restored" });
    await compared("equal");
    await turn(false);
    const tooEarly = expect.objectContaining({ code: "not_compared" });
    await expect(turn(true)).rejects.toEqual(tooEarly);
    await compared("different");
    await expect(turn(true)).rejects.toEqual(tooEarly);
    // equal at an old block: the indexer still catches up
    await compared("equal", 99n);
    await expect(turn(true)).rejects.toEqual(tooEarly);
    await compared("equal");
    await turn(true);
    const send = (await listSwitches(officer, bank.app)).find(({ name }) => name === "send");
    expect(send).toMatchObject({ isOn: true, reason: "restored" });
  });
});
