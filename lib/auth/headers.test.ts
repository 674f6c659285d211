import { describe, expect, it } from "vitest";
import { contentSecurityPolicy, type HeaderFacts, securityHeaders } from "@/lib/auth/headers";

const facts: HeaderFacts = {
  nonce: "n0nce",
  path: "/",
  https: true,
  development: false,
  walletConnect: true,
};

describe("the content security policy", () => {
  it("lets only scripts with the nonce run", () => {
    const policy = contentSecurityPolicy(facts);
    expect(policy).toContain("script-src 'self' 'nonce-n0nce' 'strict-dynamic';");
    expect(policy.split(";").find((part) => part.includes("script-src"))).not.toMatch(/unsafe|\*|http/);
    for (const directive of [
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(directive);
  });

  it("names the relay on wallet pages alone, and only when it is in use", () => {
    const relay = "wss://relay.walletconnect.org";
    expect(contentSecurityPolicy({ ...facts, path: "/stake" })).toContain(relay);
    expect(contentSecurityPolicy({ ...facts, path: "/stake/claim" })).toContain(relay);
    expect(contentSecurityPolicy({ ...facts, path: "/stakeholders" })).not.toContain(relay);
    expect(contentSecurityPolicy({ ...facts, path: "/staff" })).not.toContain(relay);
    expect(contentSecurityPolicy({ ...facts, path: "/stake", walletConnect: false })).not.toContain(relay);
  });
});

describe("the other headers", () => {
  it("ask for https only where there is https", () => {
    expect(securityHeaders(facts)["Strict-Transport-Security"]).toMatch(/max-age=63072000/);
    expect(securityHeaders({ ...facts, https: false })["Strict-Transport-Security"]).toBeUndefined();
  });

  it("tell browsers where to report, by the way that works there", () => {
    expect(contentSecurityPolicy(facts)).toContain("report-uri /api/csp-report; report-to csp");
    expect(securityHeaders(facts)["Reporting-Endpoints"]).toBe('csp="/api/csp-report"');
    expect(contentSecurityPolicy({ ...facts, https: false })).not.toContain("report-to");
  });

  it("let a cache keep only what is the same for everybody", () => {
    const rule = (path: string) => securityHeaders({ ...facts, path })["Cache-Control"];
    for (const path of [
      "/",
      "/reserves",
      "/stake",
      "/staff/identity/1",
      "/api/rpc",
      "/sign-in",
      "/stake/x.svg",
    ])
      expect(rule(path), path).toBe("private, no-store");
    for (const path of ["/_next/static/a.js", "/granary-mark.svg", "/api/public/reserves"])
      expect(rule(path), path).toBeUndefined();
  });
});
