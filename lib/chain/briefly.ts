/** One read for everybody who asks within the time, for what is the same for all of them. A failure is not kept. */
export function briefly<Args extends unknown[], T>(
  keptMs: number,
  read: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let kept: { until: number; value: Promise<T> } | undefined;
  return (...args) => {
    const now = performance.now();
    if (kept && now < kept.until) return kept.value;
    const value = read(...args);
    const mine = { until: now + keptMs, value };
    kept = mine;
    value.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return value;
  };
}
