/** A bucket a caller: `burst` at once, `perSecond` after that. In memory, so each process counts for itself. */
export class RateLimit {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly options: { burst: number; perSecond: number; maxCallers: number }) {}

  take(caller: string, cost: number, nowMs: number): boolean {
    const { burst, perSecond, maxCallers } = this.options;
    const bucket = this.buckets.get(caller) ?? { tokens: burst, at: nowMs };
    const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.at) / 1_000) * perSecond);
    const allowed = tokens >= cost;
    this.buckets.delete(caller);
    this.buckets.set(caller, { tokens: allowed ? tokens - cost : tokens, at: nowMs });
    if (this.buckets.size > maxCallers) {
      const oldest = this.buckets.keys().next().value;
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return allowed;
  }
}
