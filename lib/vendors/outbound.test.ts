import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-api";
import { describe, expect, it } from "vitest";

/** Every place where the server calls out, and with which address: each comes from the environment, none from a request. */
const callers: Record<string, { calls: string; address: RegExp }> = {
  "app/api/rpc/route.ts": { calls: "fetch", address: /^env\.chainRpcUrl$/ },
  "lib/chain/client.ts": { calls: "http", address: /^input\.rpcUrl$/ },
  "lib/chain/node.ts": { calls: "fetch", address: /^url$/ },
  "lib/operations/queries.ts": { calls: "fetch", address: /^new URL\("\/livez", url\)$/ },
  "lib/vendors/attestors/live.ts": {
    calls: "fetch",
    address: /^new URL\(`\/attestations\/\$\{epoch\}`, url\)$/,
  },
  "lib/vendors/call-partner.ts": { calls: "fetch", address: /^input\.url$/ },
  "lib/vendors/consensus/besu.ts": { calls: "fetch", address: /^url$/ },
  "lib/vendors/consensus/followers.ts": { calls: "fetch", address: /^new URL\("\/status", url\)$/ },
};
const outsideTheApp = /^lib\/(bars|bench|cli|faults|processes|seed)\/|\.test\.tsx?$|^lib\/chain\/deploy\.ts$/;
const clients = new Set([
  "fetch",
  "http",
  "https",
  "webSocket",
  "request",
  "get",
  "connect",
  "createConnection",
]);
const network = /^(node:)?(https?|net|tls|dgram|http2)$|^(undici|axios|got|ws)$/;

const sources = ["app", "db", "lib"]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  )
  .filter((file) => /\.tsx?$/.test(file) && !outsideTheApp.test(file))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }))
  .filter(({ text }) => !/^["']use client["']/.test(text));

function callsOut(file: string, text: string): ts.CallExpression[] {
  if (![...clients].some((name) => text.includes(`${name}(`))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: ts.CallExpression[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && clients.has(node.expression.text))
      found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("the server calls out", () => {
  it("only where it is written here, to addresses of the installation, and follows no redirection", () => {
    const seen = new Set<string>();
    for (const { file, text } of sources)
      for (const call of callsOut(file, text)) {
        const known = callers[file];
        const told = `${file}: ${call.getText().slice(0, 60)}`;
        expect(known?.calls, told).toBe(call.expression.getText());
        expect(call.arguments[0]?.getText(), told).toMatch(known?.address ?? /^$/);
        expect(call.arguments[1]?.getText(), told).toMatch(/redirect: "error"/);
        seen.add(file);
      }
    expect([...seen].sort()).toEqual(Object.keys(callers).sort());
  });

  it("through no other client", () => {
    for (const { file, text } of sources)
      for (const [, name = ""] of text
        .replaceAll(/import type [^;]+;/g, "")
        .matchAll(/(?:from|import\(|require\()\s*["']([^"']+)["']/g))
        expect(network.test(name), `${file} imports ${name}`).toBe(false);
  });
});
