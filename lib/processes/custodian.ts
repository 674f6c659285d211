import { join } from "node:path";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { openCustodyRegister } from "@/lib/processes/custody-register";
import { onStop } from "@/lib/processes/lifecycle";
import { positionRequest, releaseRequest } from "@/lib/processes/position-input";
import { Refused, screenHtml, startSmallServer } from "@/lib/processes/small-server";

const register = openCustodyRegister({
  path: join(env.home, "custodian", `${deployment().contracts.reserveRegistry.slice(2, 14)}.json`),
  key: env.custodianKey,
  deployment: deployment(),
});

function parsed<T>(result: { success: true; data: T } | { success: false; error: { message: string } }): T {
  if (!result.success) throw new Refused(400, "invalid_input", result.error.message);
  return result.data;
}

const receipt = async (body: unknown) => ({
  signature: await register.signReceipt(parsed(positionRequest.safeParse(body))),
  signer: register.signer,
});

const release = async (body: unknown) => ({
  signature: await register.signRelease(parsed(releaseRequest.safeParse(body))),
  signer: register.signer,
});

const dollars = (micros: bigint) =>
  `$${(micros / 1_000_000n).toLocaleString("en-US")}.${(micros % 1_000_000n).toString().padStart(6, "0").slice(0, 2)}`;

function screen(): string {
  const receipts = register.receipts();
  const heldMicros = receipts.reduce((sum, r) => sum + r.marketMicros - r.releasedMicros, 0n);
  return screenHtml({
    title: "Custodian",
    label: "Demo stand-in",
    lead: "Plays the outside custodian: it signs receipts for what it holds with a key the bank does not have.",
    facts: [
      ["Signing address", register.signer],
      ["Receipts", String(receipts.length)],
      ["Held now", dollars(heldMicros)],
    ],
    table: {
      caption: "Latest receipts",
      head: ["When", "Asset", "Reference", "Receipted", "Released"],
      rows: receipts
        .slice(-50)
        .reverse()
        .map((r) => [
          r.receiptedAt,
          r.document.asset,
          r.document.reference,
          dollars(r.marketMicros),
          dollars(r.releasedMicros),
        ]),
    },
  });
}

const server = await startSmallServer({
  port: env.port,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    { method: "GET", path: /^\/$/, handle: () => ({ html: screen() }) },
    {
      method: "POST",
      path: /^\/receipts$/,
      bearer: env.standinToken,
      handle: async ({ body }) => ({ json: await receipt(body) }),
    },
    {
      method: "POST",
      path: /^\/releases$/,
      bearer: env.standinToken,
      handle: async ({ body }) => ({ json: await release(body) }),
    },
  ],
});
log.info({ port: env.port, signer: register.signer }, "custodian listens");
onStop(async () => {
  server.closeAllConnections();
  server.close();
});
