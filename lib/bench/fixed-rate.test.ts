import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { atFixedRate, closedLoop, summary } from "@/lib/bench/fixed-rate";

it("takes the value below which the share lies", () => {
  const times = Array.from({ length: 200 }, (_, at) => 200 - at);
  expect(summary(times, 3)).toEqual({ requests: 200, errors: 3, p50Ms: 100, p99Ms: 198, maxMs: 200 });
  expect(summary([], 0)).toMatchObject({ requests: 0, p99Ms: 0 });
});

it("counts a stall for everybody who was due while it lasted", async () => {
  let freeAt = 0;
  const stalling = async () => {
    freeAt ||= performance.now() + 300;
    await wait(Math.max(0, freeAt - performance.now()));
    return true;
  };
  const taken = await atFixedRate([{ name: "stalling", ask: stalling }], { perSecond: 50, seconds: 0.4 });
  const { requests, p50Ms } = taken.get("stalling") ?? { requests: 0, p50Ms: 0 };
  expect(requests).toBe(20);
  expect(p50Ms).toBeGreaterThan(60);
});

it("counts refusals and failures as errors", async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked % 3 === 0) throw new Error("gone");
    return asked % 3 === 1;
  };
  const taken = await atFixedRate([{ name: "x", ask }], { perSecond: 300, seconds: 0.1 });
  expect(taken.get("x")).toMatchObject({ requests: 30, errors: 20 });
  expect(await closedLoop(() => wait(10, true), 0.2, 2)).toBeGreaterThan(10);
});
