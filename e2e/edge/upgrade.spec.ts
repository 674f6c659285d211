import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "@playwright/test";
import { bank } from "../fixtures/bank";
import { visitorAs } from "./visitors";

/** The server never asks where a request tells it to: a listener on this machine hears nothing. */

const crlf = "\r\n";

test("no request makes the server call elsewhere", async () => {
  test.setTimeout(120_000);
  let hits = 0;
  const canary = createServer((_, response) => {
    hits += 1;
    response.end("canary");
  });
  canary.on("connection", () => {
    hits += 1;
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  const target = `127.0.0.1:${(canary.address() as AddressInfo).port}`;
  const { hostname, port, host } = new URL(bank().appUrl);

  const raw = (lines: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(`${lines.join(crlf)}${crlf}${crlf}`));
      let said = "";
      socket.setTimeout(4_000, () => socket.destroy());
      socket.on("data", (chunk) => {
        said += chunk;
        if (said.includes(`${crlf}${crlf}`)) socket.destroy();
      });
      socket.on("close", () => resolve(said));
      socket.on("error", reject);
    });
  const upgrade = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  const ways = [
    [`GET http://${target}/ HTTP/1.1`, `Host: ${target}`],
    [`GET http://${target}/ HTTP/1.1`, `Host: ${host}`],
    [`GET http:/${target}/ HTTP/1.1`, `Host: ${host}`],
    [`GET //${target}/ HTTP/1.1`, `Host: ${host}`],
    [`GET / HTTP/1.1`, `Host: ${target}`],
    [`GET /stake HTTP/1.1`, `Host: ${target}`],
    [`GET /stake HTTP/1.1`, `Host: ${host}`, `X-Forwarded-Host: ${target}`],
    [`GET /_next/webpack-hmr HTTP/1.1`, `Host: ${host}`, `Origin: http://${target}`],
    [`GET /_next/image?url=http%3A%2F%2F${target}%2Fx.png&w=64&q=75 HTTP/1.1`, `Host: ${host}`],
    [`GET /sign-in?to=http%3A%2F%2F${target}%2F HTTP/1.1`, `Host: ${host}`],
    [`GET /api/auth/signin?callbackUrl=http%3A%2F%2F${target}%2F HTTP/1.1`, `Host: ${host}`],
    [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`],
  ];
  for (const way of ways)
    for (const more of [[], upgrade]) {
      const said = await raw([...way, ...more]);
      expect.soft(said, way[0]).not.toContain("101 Switching");
      expect.soft(said, way[0]).not.toContain("canary");
      const to = /^location: (.*)$/im.exec(said)?.[1];
      // Next turns an absolute address around to itself; no browser asks a site for one.
      if (to && !way[0]?.startsWith("GET http"))
        expect.soft(new URL(to.trim(), bank().appUrl).host, way[0]).toBe(host);
    }
  const resident = await visitorAs("marcus-delgado");
  for (const method of ["eth_call", "net_version"])
    await resident.ask("/api/rpc", {
      method: "POST",
      headers: { origin: resident.appUrl, "content-type": "application/json", "x-forwarded-host": target },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method,
        params: [{ to: `http://${target}` }, "latest"],
        url: `http://${target}`,
      }),
    });
  expect(hits).toBe(0);
  await fetch(`http://${target}/`);
  expect(hits, "the canary does hear").toBeGreaterThan(0);
  canary.close();
});
