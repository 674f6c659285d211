export interface HeaderFacts {
  nonce: string;
  path: string;
  https: boolean;
  development: boolean;
  walletConnect: boolean;
}

const under = (path: string, root: string) => path === root || path.startsWith(`${root}/`);

const walletConnectOrigins = ["wss://relay.walletconnect.org", "https://verify.walletconnect.org"];

/** What is the same for everybody: built files, the files of public/ and the public figures. */
export function isForEverybody(path: string): boolean {
  return (
    under(path, "/_next/static") || under(path, "/api/public") || /^\/[\w-]+\.(svg|png|ico|txt)$/.test(path)
  );
}

const reportPath = "/api/csp-report";

export function contentSecurityPolicy(facts: HeaderFacts): string {
  const relay = facts.walletConnect && under(facts.path, "/stake") ? walletConnectOrigins : [];
  const directives: Record<string, string[]> = {
    "default-src": ["'self'"],
    "script-src": [
      "'self'",
      `'nonce-${facts.nonce}'`,
      "'strict-dynamic'",
      ...(facts.development ? ["'unsafe-eval'"] : []),
    ],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", ...relay, ...(facts.development ? ["ws:"] : [])],
    "worker-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-src": ["'none'"],
    "frame-ancestors": ["'none'"],
    ...(facts.https ? { "upgrade-insecure-requests": [] } : {}),
    "report-uri": [reportPath],
    // browsers report to a named endpoint only over https, and then forget the other way
    ...(facts.https ? { "report-to": ["csp"] } : {}),
  };
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(" "))
    .join("; ");
}

export function securityHeaders(facts: HeaderFacts): Record<string, string> {
  return {
    "Content-Security-Policy": contentSecurityPolicy(facts),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy":
      "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ...(facts.https
      ? {
          "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
          "Reporting-Endpoints": `csp="${reportPath}"`,
        }
      : {}),
    ...(isForEverybody(facts.path) ? {} : { "Cache-Control": "private, no-store" }),
  };
}
