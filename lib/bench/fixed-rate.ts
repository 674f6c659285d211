import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds from the moment a request was due to its whole answer. */
export interface Latencies {
  requests: number;
  errors: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface Runner {
  name: string;
  /** resolves when the answer is whole; throws or says false when it was none */
  ask: () => Promise<boolean>;
}

/**
 * Asks at fixed moments whether or not earlier answers have come, and counts from those moments:
 * a server that stalls makes every request due in the meantime late, as it would make people wait.
 * The runners take turns by slices of time, so that a busy minute of the machine falls on all alike.
 */
export async function atFixedRate(
  runners: readonly Runner[],
  { perSecond, seconds, sliceSeconds = 2 }: { perSecond: number; seconds: number; sliceSeconds?: number },
): Promise<Map<string, Latencies>> {
  const taken = new Map<string, { times: number[]; errors: number }>(
    runners.map(({ name }) => [name, { times: [], errors: 0 }]),
  );
  for (let done = 0; done < seconds; done += sliceSeconds)
    for (const { name, ask } of runners) {
      const into = taken.get(name) as { times: number[]; errors: number };
      const count = Math.max(1, Math.round(perSecond * Math.min(sliceSeconds, seconds - done)));
      const from = performance.now();
      const under: Promise<void>[] = [];
      for (let index = 0; index < count; index++) {
        const due = from + (index * 1_000) / perSecond;
        const early = due - performance.now();
        if (early > 0) await wait(early);
        under.push(
          ask()
            .catch(() => false)
            .then((ok) => {
              into.times.push(performance.now() - due);
              if (!ok) into.errors += 1;
            }),
        );
      }
      await Promise.all(under);
    }
  return new Map([...taken].map(([name, { times, errors }]) => [name, summary(times, errors)]));
}

const tenth = (value: number) => Math.round(value * 10) / 10;

export function summary(times: readonly number[], errors: number): Latencies {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return {
    requests: sorted.length,
    errors,
    p50Ms: tenth(at(0.5)),
    p99Ms: tenth(at(0.99)),
    maxMs: tenth(at(1)),
  };
}

/** As fast as a few can ask one after the other. */
export async function closedLoop(ask: () => Promise<boolean>, seconds: number, callers = 8): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let answered = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) if (await ask().catch(() => false)) answered += 1;
    }),
  );
  return Math.round(answered / seconds);
}
