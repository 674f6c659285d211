import { join } from "node:path";
import { type Hex, hashTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { deployment } from "@/lib/chain/deployment";
import { custodyReceiptTypedData, releaseTypedData } from "@/lib/chain/typed-data";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { onStop } from "@/lib/processes/lifecycle";
import { positionRequest, releaseRequest } from "@/lib/processes/position-input";
import { Refused, screenHtml, startSmallServer } from "@/lib/processes/small-server";
import { readState, writeState } from "@/lib/processes/state-file";
import { type CustodyDocument, receiptHash } from "@/lib/vendors/custody-document";

interface Register {
  receipts: Record<
    Hex,
    {
      digest: Hex;
      document: CustodyDocument;
      marketMicros: bigint;
      releasedMicros: bigint;
      receiptedAt: string;
    }
  >;
  releases: Record<Hex, Hex>;
}

const account = privateKeyToAccount(env.custodianKey);
const path = join(env.home, "custodian", `${deployment().contracts.reserveRegistry.slice(2, 14)}.json`);
let register: Register = readState<Register>(path) ?? { receipts: {}, releases: {} };
const domain = () => ({
  chainId: deployment().chainId,
  verifyingContract: deployment().contracts.reserveRegistry,
});

function keep(next: Register): void {
  writeState(path, next);
  register = next;
}

function parsed<T>(result: { success: true; data: T } | { success: false; error: { message: string } }): T {
  if (!result.success) throw new Refused(400, "invalid_input", result.error.message);
  return result.data;
}

/** One receipt per position for ever; asked again with the same content, the same signature. */
async function receipt(body: unknown) {
  const { document, position } = parsed(positionRequest.safeParse(body));
  if (document.positionId !== position.positionId || document.class !== position.class)
    throw new Refused(422, "document_differs");
  if (receiptHash(document) !== position.receiptHash) throw new Refused(422, "receipt_hash_differs");
  const typedData = custodyReceiptTypedData({ ...domain(), position });
  const digest = hashTypedData(typedData);
  const known = register.receipts[position.positionId];
  if (known && known.digest !== digest) throw new Refused(409, "already_receipted");
  const reused = Object.values(register.receipts).some(
    (r) => r.document.reference === document.reference && r.document.positionId !== position.positionId,
  );
  if (reused) throw new Refused(409, "reference_already_receipted");
  if (!known)
    keep({
      ...register,
      receipts: {
        ...register.receipts,
        [position.positionId]: {
          digest,
          document,
          marketMicros: position.marketValue,
          releasedMicros: 0n,
          receiptedAt: new Date().toISOString(),
        },
      },
    });
  return { signature: await account.signTypedData(typedData), signer: account.address };
}

/** Never releases more of a position than was receipted. */
async function release(body: unknown) {
  const content = parsed(releaseRequest.safeParse(body));
  if (content.positionIds.length !== content.amounts.length) throw new Refused(422, "length_mismatch");
  const typedData = releaseTypedData({ ...domain(), release: content });
  const digest = hashTypedData(typedData);
  const known = register.releases[content.releaseId];
  if (known && known !== digest) throw new Refused(409, "release_used");
  if (!known) {
    const receipts = { ...register.receipts };
    content.positionIds.forEach((positionId, i) => {
      const held = receipts[positionId];
      if (!held) throw new Refused(422, "position_not_in_custody", positionId);
      const releasedMicros = held.releasedMicros + (content.amounts[i] ?? 0n);
      if (releasedMicros > held.marketMicros) throw new Refused(422, "more_than_held", positionId);
      receipts[positionId] = { ...held, releasedMicros };
    });
    keep({ receipts, releases: { ...register.releases, [content.releaseId]: digest } });
  }
  return { signature: await account.signTypedData(typedData), signer: account.address };
}

const dollars = (micros: bigint) =>
  `$${(micros / 1_000_000n).toLocaleString("en-US")}.${(micros % 1_000_000n).toString().padStart(6, "0").slice(0, 2)}`;

function screen(): string {
  const receipts = Object.values(register.receipts);
  const heldMicros = receipts.reduce((sum, r) => sum + r.marketMicros - r.releasedMicros, 0n);
  return screenHtml({
    title: "Custodian",
    label: "Demo stand-in",
    lead: "Plays the outside custodian: it signs receipts for what it holds with a key the bank does not have.",
    facts: [
      ["Signing address", account.address],
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
log.info({ port: env.port, signer: account.address }, "custodian listens");
onStop(async () => {
  server.closeAllConnections();
  server.close();
});
