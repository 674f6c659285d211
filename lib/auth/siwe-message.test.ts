import { createSiweMessage } from "viem/siwe";
import { describe, expect, it } from "vitest";
import { readSignInMessage, signInStatement } from "@/lib/auth/siwe-message";
import { AppError } from "@/lib/errors";

const site = { appUrl: "http://localhost:3000", chainId: 31337 };
const now = new Date("2026-03-01T12:00:00Z");
const address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const good = {
  domain: "localhost:3000",
  address,
  statement: signInStatement,
  uri: "http://localhost:3000",
  version: "1",
  chainId: 31337,
  nonce: "a1b2c3d4e5f60718",
  issuedAt: now,
  expirationTime: at(300),
} as const;

const message = (change: Partial<Parameters<typeof createSiweMessage>[0]> = {}) =>
  createSiweMessage({ ...good, ...change });

const codeOf = (text: string, when = now) => {
  try {
    readSignInMessage(text, site, when);
    return "accepted";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe("a sign-in message", () => {
  it("is accepted when everything holds", () => {
    expect(readSignInMessage(message(), site, now)).toEqual({ address, nonce: good.nonce });
  });

  const other: [string, string, string][] = [
    ["another site", message({ domain: "evil.example" }), "sign_in_wrong_domain"],
    ["another port", message({ domain: "localhost:3001" }), "sign_in_wrong_domain"],
    ["no port", message({ domain: "localhost" }), "sign_in_wrong_domain"],
    ["a sub-domain", message({ domain: "a.localhost:3000" }), "sign_in_wrong_domain"],
    ["another uri", message({ uri: "https://evil.example" }), "sign_in_wrong_domain"],
    [
      "a uri that only begins like ours",
      message({ uri: "http://localhost:3000.evil.example" }),
      "sign_in_wrong_domain",
    ],
    [
      "a uri with our address as its user",
      message({ uri: "http://localhost:3000@evil.example" }),
      "sign_in_wrong_domain",
    ],
    ["another scheme", message({ scheme: "https" }), "sign_in_wrong_domain"],
    ["another chain", message({ chainId: 1 }), "sign_in_wrong_chain"],
    ["an expiry that has passed", message({ issuedAt: at(-200), expirationTime: at(-1) }), "sign_in_expired"],
    ["an expiry at this moment", message({ issuedAt: at(-200), expirationTime: now }), "sign_in_expired"],
    [
      "more than five minutes of age",
      message({ issuedAt: at(-301), expirationTime: at(200) }),
      "sign_in_expired",
    ],
    ["an issue in the future", message({ issuedAt: at(60), expirationTime: at(300) }), "sign_in_malformed"],
    ["a life of a day", message({ expirationTime: at(86_400) }), "sign_in_malformed"],
    ["an expiry before its issue", message({ issuedAt: at(10), expirationTime: at(5) }), "sign_in_malformed"],
    ["no expiry", message({ expirationTime: undefined }), "sign_in_malformed"],
    ["a start in the future", message({ notBefore: at(200) }), "sign_in_malformed"],
    ["a short nonce", message({ nonce: "a1b2c3d4" }), "sign_in_malformed"],
    ["another statement", message({ statement: "Send everything." }), "sign_in_malformed"],
    ["no statement", message({ statement: undefined }), "sign_in_malformed"],
    ["version 2", message().replace("Version: 1", "Version: 2"), "sign_in_malformed"],
    ["no version", message().replace("Version: 1\n", ""), "sign_in_malformed"],
    ["a broken issue time", message().replace(/Issued At: .*/, "Issued At: yesterday"), "sign_in_malformed"],
    [
      "a broken expiry",
      message().replace(/Expiration Time: .*/, "Expiration Time: never"),
      "sign_in_malformed",
    ],
    ["no address", message().replace(address, ""), "sign_in_malformed"],
    ["two chains", message().replace("Chain ID: 31337", "Chain ID: 31337\nChain ID: 1"), "sign_in_malformed"],
    ["nothing", "", "sign_in_malformed"],
    ["a page of text", "x".repeat(5_000), "sign_in_malformed"],
    ["a json object", JSON.stringify(good), "sign_in_malformed"],
  ];

  it.each(other)("with %s is refused", (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it("is refused later, though it was good once", () => {
    expect(codeOf(message(), at(299))).toBe("accepted");
    expect(codeOf(message(), at(301))).toBe("sign_in_expired");
  });
});
