import { expect, it } from "vitest";
import { alertsOf, type Watched, type WatchFacts } from "@/lib/validators/alerts";

const good = (operatorId: number, over: Partial<Watched> = {}): Watched => ({
  operatorId,
  name: `Operator ${operatorId}`,
  isOfBank: operatorId <= 2,
  state: "active",
  bondMicros: 100n,
  strikes: 0,
  certifiedUntil: 400n * 86_400n,
  votes: [
    { number: 9n, vote: "agreed" },
    { number: 8n, vote: "agreed" },
  ],
  host: { lagBlocks: 0n, problem: undefined },
  ...over,
});
const calm: WatchFacts = {
  operators: [1, 2, 3, 4, 5].map((id) => good(id)),
  bondMinimumMicros: 100n,
  strikeLimit: 3,
  missedLimit: 3,
  leastSeats: 4,
  leastOutside: 3,
  waitingMicros: 5_000_000n,
  dailyMicros: 24_000_000n,
  secondsSinceFinal: 30n,
  epochSeconds: 30n,
  refusals: [],
  now: 0n,
};
const ids = (over: Partial<WatchFacts>) => alertsOf({ ...calm, ...over }).map(({ id }) => id);
const withOne = (over: Partial<Watched>) =>
  ids({ operators: [1, 2, 3, 4].map((id) => good(id)).concat(good(5, over)) });

it("is silent when nothing wants a person", () => {
  expect(ids({})).toEqual([]);
});

it.each([
  ["a bond one micro short", { bondMicros: 99n }, "bond-5"],
  [
    "one miss before a strike",
    {
      votes: [
        { number: 9n, vote: "missed" },
        { number: 8n, vote: "missed" },
      ],
    },
    "missed-5",
  ],
  ["one strike before jail", { strikes: 2 }, "strikes-5"],
  ["a certificate that ends this month", { certifiedUntil: 29n * 86_400n }, "certificate-5"],
  ["a host far behind", { host: { lagBlocks: 21n, problem: undefined } }, "host-5"],
] as const)("names %s", (_, over, id) => {
  expect(withOne(over as Partial<Watched>)).toEqual([id]);
});

it.each([
  [
    "a single miss",
    {
      votes: [
        { number: 9n, vote: "missed" },
        { number: 8n, vote: "agreed" },
      ],
    },
  ],
  [
    "misses that lie behind a vote",
    {
      votes: [
        { number: 9n, vote: "agreed" },
        { number: 8n, vote: "missed" },
      ],
    },
  ],
  ["an operator that has left, whatever it lacks", { state: "exited", bondMicros: 0n, certifiedUntil: 0n }],
  ["a host that cannot be asked", { host: undefined }],
] as const)("does not wake anybody for %s", (_, over) => {
  const found = withOne(over as Partial<Watched>).filter((id) => id !== "too-few");
  expect(found).toEqual([]);
});

it("says that too few sit once a third outside operator is missing, and what that holds up", () => {
  const [alert] = alertsOf({
    ...calm,
    operators: [good(1), good(2), good(3), good(4), good(5, { state: "jailed" })],
  });
  expect(alert).toMatchObject({ id: "too-few", severity: "act" });
  expect(alert?.atStake).toContain("$5.00 of rewards wait, $1.00 more each hour");
});

it("puts what must be done now first, and a late epoch names the refusals as the thing to read", () => {
  const alerts = alertsOf({
    ...calm,
    operators: [1, 2, 3, 4].map((id) => good(id)).concat(good(5, { strikes: 2 })),
    secondsSinceFinal: 91n,
    refusals: [
      { name: "Operator 3", reason: "supply_differs" },
      { name: "Operator 4", reason: "supply_differs" },
    ],
  });
  expect(alerts.map(({ id }) => id)).toEqual(["late", "refused-supply_differs", "strikes-5"]);
  expect(alerts[0]?.action).toContain("mend the books");
  expect(alerts[1]?.what).toBe(
    "Operator 3, Operator 4 refuse: There are more or fewer tokens than the proposal states.",
  );
});
