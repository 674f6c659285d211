import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from "prom-client";

function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

if (!register.getSingleMetric("process_cpu_user_seconds_total")) collectDefaultMetrics();

export const requestsTotal = once(
  "granary_http_requests_total",
  () =>
    new Counter({
      name: "granary_http_requests_total",
      help: "Answers of route handlers and actions",
      labelNames: ["name", "kind", "status"] as const,
    }),
);

export const requestSeconds = once(
  "granary_http_request_seconds",
  () =>
    new Histogram({
      name: "granary_http_request_seconds",
      help: "Time to an answer",
      labelNames: ["name", "kind"] as const,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    }),
);

export const signInsTotal = once(
  "granary_sign_ins_total",
  () =>
    new Counter({
      name: "granary_sign_ins_total",
      help: "Sign-ins by way and outcome",
      labelNames: ["way", "outcome"] as const,
    }),
);

export const policyReportsTotal = once(
  "granary_policy_reports_total",
  () =>
    new Counter({
      name: "granary_policy_reports_total",
      help: "What browsers say was stopped by the content security policy",
      labelNames: ["directive"] as const,
    }),
);

/** A gauge read from the database when the metrics are asked for. */
export function gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge<string> {
  return once(name, () => new Gauge({ name, help, labelNames: [...labelNames] }));
}

export { register as metricsRegister };
