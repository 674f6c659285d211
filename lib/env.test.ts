import { afterEach, describe, expect, it, vi } from "vitest";
import { assertSafeForProduction, databaseUrl, env } from "@/lib/env";

describe("env", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("reads nothing before it is asked", () => {
    expect(env.mode).toBe("demo");
    expect(env.state).toBe("MD");
  });

  it("names the missing variable and what it must hold", () => {
    vi.stubEnv("CHAIN_RPC_URL", "");
    expect(() => env.chainRpcUrl).toThrow(
      /^CHAIN_RPC_URL is not set: it must hold the chain's JSON-RPC address/,
    );
  });

  it("never repeats a wrong value, which may be a secret", () => {
    vi.stubEnv("VALUER_KEY", "0x1234");
    expect(() => env.valuerKey).toThrow("VALUER_KEY is not valid: it must hold the valuer's signing key.");
  });

  it("gives each database role its own URL", () => {
    vi.stubEnv("DATABASE_URL_WORKER", "postgres://worker:x@127.0.0.1:5432/granary");
    expect(databaseUrl("worker")).toContain("worker");
    expect(() => databaseUrl("signer")).toThrow(/^DATABASE_URL_SIGNER is not set/);
  });

  it("splits lists and parses key maps", () => {
    vi.stubEnv("VALIDATOR_URLS", "http://127.0.0.1:4101, http://127.0.0.1:4102");
    expect(env.validatorUrls).toEqual(["http://127.0.0.1:4101", "http://127.0.0.1:4102"]);
    vi.stubEnv("SIGNER_KEYS", "{broken");
    expect(() => env.signerKeys).toThrow(/^SIGNER_KEYS is not valid/);
    vi.stubEnv("SIGNER_KEYS", JSON.stringify({ issuer: `0x${"1".repeat(64)}` }));
    expect(env.signerKeys.issuer).toHaveLength(66);
  });
});

describe("assertSafeForProduction", () => {
  const safe = { GRANARY_MODE: "production", APP_URL: "https://granary.example", CHAIN_ID: "5151" };

  it("lets a demo be a demo", () => {
    expect(() => assertSafeForProduction({ CUSTODIAN_KEY: "0x1" })).not.toThrow();
    expect(() => assertSafeForProduction(safe)).not.toThrow();
  });

  it.each([
    [{ NEXTAUTH_SECRET: "demo-0123456789abcdef0123456789abcdef" }, /made for a demo/],
    [{ FIELD_KEY: Buffer.alloc(32).toString("base64") }, /not random/],
    [{ CUSTODIAN_KEY: "0x1" }, /stand-in/],
    [{ CHAIN_FINALITY_FILE: "/tmp/saved.json" }, /finality/],
    [{ GRANARY_FAILPOINT: "signer.signed" }, /on purpose/],
    [{ CHAIN_ID: "31337" }, /development chain/],
    [{ APP_URL: "http://granary.example" }, /https/],
  ])("refuses %o", (change, sentence) => {
    expect(() => assertSafeForProduction({ ...safe, ...change })).toThrow(sentence);
  });
});
