import { loadavg } from "node:os";
import { atFixedRate, closedLoop, type Latencies } from "@/lib/bench/fixed-rate";
import { Visitor } from "@/lib/bench/visitor";

export interface HttpRun extends Latencies {
  perSecond: number;
  page: string;
  /** beside the bare page at the same rate in the same seconds */
  p50OverBare: number;
  p99OverBare: number;
}

export interface HttpBench {
  calibration: {
    bareRoutePerSecond: number;
    barePagePerSecond: number;
    loadAverage: number;
    /** below this the absolute figures say more of the neighbours than of the bank */
    machineBusy: boolean;
    pgbench: "absent";
  };
  runs: HttpRun[];
}

/** Drawn anew for each request like every page, with no look at the books and none at the chain. */
export const barePage = "/sign-in";
const quietPagesPerSecond = 200;
const hundredth = (value: number) => Math.round(value * 100) / 100;

/** The resident's overview and the clerk's desk at fixed rates, beside a bare page of the same build in the same run. */
export async function benchHttp(input: {
  appUrl: string;
  residentKey: `0x${string}`;
  clerkSlug: string;
  rates: readonly number[];
  seconds: number;
}): Promise<HttpBench> {
  const stranger = new Visitor(input.appUrl);
  const resident = new Visitor(input.appUrl);
  const clerk = new Visitor(input.appUrl);
  await resident.signInWallet(input.residentKey);
  await clerk.signInStaff(input.clerkSlug);
  const asker = (visitor: Visitor, path: string) => async () => (await visitor.ask(path)).status === 200;
  const runners = [
    { name: barePage, ask: asker(stranger, barePage) },
    { name: "/stake", ask: asker(resident, "/stake") },
    { name: "/staff", ask: asker(clerk, "/staff") },
  ];
  try {
    await atFixedRate(runners, { perSecond: 5, seconds: 3, sliceSeconds: 1 });
    const bareRoutePerSecond = await closedLoop(asker(stranger, "/api/livez"), 2.5);
    const barePagePerSecond = await closedLoop(asker(stranger, barePage), 2.5);
    const runs: HttpRun[] = [];
    for (const perSecond of input.rates) {
      const taken = await atFixedRate(runners, { perSecond, seconds: input.seconds });
      const bare = taken.get(barePage) as Latencies;
      for (const [page, one] of taken)
        runs.push({
          perSecond,
          page,
          ...one,
          p50OverBare: hundredth(one.p50Ms / bare.p50Ms),
          p99OverBare: hundredth(one.p99Ms / bare.p99Ms),
        });
    }
    const calibration = {
      bareRoutePerSecond,
      barePagePerSecond,
      loadAverage: hundredth(loadavg()[0] ?? 0),
      machineBusy: barePagePerSecond < quietPagesPerSecond,
      pgbench: "absent",
    } as const;
    return { calibration, runs };
  } finally {
    for (const one of [stranger, resident, clerk]) one.close();
  }
}
