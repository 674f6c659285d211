import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { briefly } from "@/lib/chain/briefly";

describe("a read kept briefly", () => {
  it("is made once for all who ask meanwhile, and again afterwards", async () => {
    let reads = 0;
    const ask = briefly(40, async () => ++reads);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    await wait(60);
    expect(await ask()).toBe(2);
  });

  it("forgets a failure at once", async () => {
    let reads = 0;
    const ask = briefly(10_000, async () => {
      reads += 1;
      if (reads === 1) throw new Error("down");
      return reads;
    });
    await expect(ask()).rejects.toThrow("down");
    expect(await ask()).toBe(2);
  });
});
