import { describe, expect, it } from "vitest";
import { contentSecurityPolicy, type HeaderFacts, isPrivatePath, securityHeaders } from "@/lib/auth/headers";

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

  it("keep signed-in pages out of every cache", () => {
    for (const path of ["/stake", "/staff/identity/1", "/bank", "/api/rpc", "/sign-in"])
      expect(securityHeaders({ ...facts, path })["Cache-Control"]).toContain("no-store");
    expect(isPrivatePath("/")).toBe(false);
    expect(isPrivatePath("/staffing")).toBe(false);
  });
});
