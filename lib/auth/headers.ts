export interface HeaderFacts {
  nonce: string;
  path: string;
  https: boolean;
  development: boolean;
  walletConnect: boolean;
}

const under = (path: string, root: string) => path === root || path.startsWith(`${root}/`);

const walletConnectOrigins = ["wss://relay.walletconnect.org", "https://verify.walletconnect.org"];

/** Pages that show a signed-in person's own things; nothing on the way may keep a copy. */
export function isPrivatePath(path: string): boolean {
  return ["/stake", "/bank", "/staff", "/sign-in", "/api"].some((root) => under(path, root));
}

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
    ...(facts.https ? { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" } : {}),
    ...(isPrivatePath(facts.path) ? { "Cache-Control": "private, no-store" } : {}),
  };
}
