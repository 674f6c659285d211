import { describe, expect, it } from "vitest";
import { signsOf } from "./health";

const epoch = {
  number: 7n,
  state: "final" as const,
  proposedAt: new Date(0),
  finalAt: new Date(0),
  ageSeconds: 20,
  collectedMicros: 0n,
  distributedMicros: 0n,
  signers: [1, 2, 3],
};

const well: Parameters<typeof signsOf>[0] = {
  outbox: { byState: { final: 9 }, oldestOpenSeconds: 0, reverted: [], open: [] },
  chain: { head: 12n, finalized: 10n, indexed: [{ name: "final", blockNumber: 10n, ageSeconds: 1 }] },
  jobs: { waiting: 0, failing: 0, oldestSeconds: 0 },
  heartbeats: [
    { process: "worker:aa", ageSeconds: 900, detail: {} },
    { process: "worker:bb", ageSeconds: 1, detail: {} },
  ],
  epoch,
  reconciliation: { at: new Date(0), blockNumber: 10n, outcome: "equal", differences: [] },
  seal: { last: 4n, unsealedSeconds: 2 },
  suspenseMicros: 0n,
  epochSeconds: 30,
};

const signOf = (change: Partial<typeof well>, what: string) =>
  signsOf({ ...well, ...change }).find((sign) => sign.what === what);

describe("the bank's pulse", () => {
  it("is good all over on a good day, one sign a process", () => {
    const signs = signsOf(well);
    expect(signs.map(({ tone }) => tone)).toEqual(signs.map(() => "good"));
    expect(signs.filter(({ what }) => what === "Worker process")).toHaveLength(1);
    expect(new Set(signs.map(({ what }) => what)).size).toBe(signs.length);
  });

  it.each([
    ["Chain", { chain: { ...well.chain, head: null } }, "Down"],
    ["Indexer", { chain: { ...well.chain, finalized: 99n } }, "Behind"],
    ["Indexer", { chain: { ...well.chain, indexed: [] } }, "Not started"],
    [
      "Indexer",
      { heartbeats: [{ process: "indexer", ageSeconds: 1, detail: { trouble: "node_lies" } }] },
      "Node not believed",
    ],
    [
      "Signer process",
      {
        heartbeats: [{ process: "signer:aa", ageSeconds: 1, detail: { halted: "sending is switched off" } }],
      },
      "Halted",
    ],
    ["Suspense", { suspenseMicros: -120_000_000n }, "120.00"],
    ["Outbox", { outbox: { ...well.outbox, oldestOpenSeconds: 301 } }, "Stuck"],
    ["Outbox", { outbox: { ...well.outbox, byState: { reverted: 1 } } }, "Look"],
    ["Jobs", { jobs: null }, "Unknown"],
    ["Jobs", { jobs: { waiting: 3, failing: 0, oldestSeconds: 121 } }, "Late"],
    ["Epochs", { epoch: undefined }, "None"],
    ["Epochs", { epoch: { ...epoch, state: "proposed" as const, ageSeconds: 151 } }, "Late"],
    ["Epochs", { epoch: { ...epoch, state: "proposed" as const, ageSeconds: 9 } }, "Checking"],
    ["Epochs", { epoch: { ...epoch, ageSeconds: 600 } }, "Final"],
    ["Epochs", { epoch: { ...epoch, ageSeconds: 811 } }, "Late"],
    ["Reconciliation", { reconciliation: null }, "Not run"],
    ["Seal", { seal: { last: 0n, unsealedSeconds: 0 } }, "None"],
    ["Seal", { seal: { last: 4n, unsealedSeconds: 61 } }, "Stopped"],
    [
      "Reconciliation",
      {
        reconciliation: {
          at: new Date(0),
          blockNumber: 1n,
          outcome: "different" as const,
          differences: [{ what: "supply", expectedMicros: "2", bookedMicros: "1" }],
        },
      },
      "Different",
    ],
    ["Worker process", { heartbeats: [{ process: "worker:aa", ageSeconds: 61, detail: {} }] }, "Silent"],
  ])("%s says so when it is not: %#", (what, change, word) => {
    expect(signOf(change, what)?.word).toBe(word);
  });
});
