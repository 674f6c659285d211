import { type Hex, hashTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { reserveRegistryAbi } from "@/lib/chain/abi";
import { factsOf, readBlocks } from "@/lib/chain/blocks";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { finalizedBlock } from "@/lib/chain/finality";
import { attestationTypedData, valuationTypedData } from "@/lib/chain/typed-data";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { onStop } from "@/lib/processes/lifecycle";
import { positionRequest } from "@/lib/processes/position-input";
import { Refused, screenHtml, startSmallServer } from "@/lib/processes/small-server";
import { type Books, emptyBooks, foldBlock } from "@/lib/validators/verify";
import { receiptHash } from "@/lib/vendors/custody-document";
import { positionsRoot } from "@/lib/vendors/valuer/positions-root";

const account = privateKeyToAccount(env.valuerKey);
const client = publicClient();
const windowBlocks = 200n;
const domain = () => ({
  chainId: deployment().chainId,
  verifyingContract: deployment().contracts.reserveRegistry,
});

/** This stand-in values dollars, a dollar at a dollar; other classes need an appraiser. */
async function valuation(body: unknown) {
  const input = positionRequest.safeParse(body);
  if (!input.success) throw new Refused(400, "invalid_input", input.error.message);
  const { document, position } = input.data;
  if (document.positionId !== position.positionId || document.class !== position.class)
    throw new Refused(422, "document_differs");
  if (receiptHash(document) !== position.receiptHash) throw new Refused(422, "receipt_hash_differs");
  if (position.class !== 0) throw new Refused(422, "class_needs_an_appraiser");
  const worth = BigInt(document.quantity);
  if (document.unit !== "1e-6 USD" || position.marketValue !== worth || position.lendableValue !== worth)
    throw new Refused(422, "value_differs", { worth });
  return {
    signature: await account.signTypedData(valuationTypedData({ ...domain(), position })),
    signer: account.address,
  };
}

let finalBooks: Books | undefined;
let latest: { asOf: string; marketMicros: bigint; lendableMicros: bigint; root: Hex } | undefined;

async function fold(books: Books, to: bigint): Promise<Books> {
  const context = {
    epochManager: deployment().contracts.epochManager,
    digestOf: () => "0x" as Hex,
  };
  let folded = books;
  while (folded.at.number < to) {
    const from = folded.at.number + 1n;
    const last = from + windowBlocks - 1n;
    const blocks = await readBlocks(client, deployment(), { from, to: last < to ? last : to });
    for (const block of blocks)
      folded = foldBlock(context, folded, { ...block, facts: factsOf(deployment(), block) }).books;
  }
  return folded;
}

/** Sums every position from the chain's logs, checks them against the contract's own totals, and signs. */
async function attestation() {
  const start = await client.getBlock({ blockNumber: BigInt(deployment().deployedAtBlock) - 1n });
  finalBooks ??= emptyBooks({ number: start.number, hash: start.hash });
  const final = await finalizedBlock();
  if (final && final.number > finalBooks.at.number) finalBooks = await fold(finalBooks, final.number);
  const head = await client.getBlock();
  const books = await fold(finalBooks, head.number);
  if (books.at.hash !== head.hash || books.faults.some((fault) => fault.reason === "chain_gap")) {
    finalBooks = undefined;
    throw new Refused(503, "chain_moved");
  }
  const onChain = (functionName: "marketTotal" | "lendableTotal") =>
    client.readContract({
      address: domain().verifyingContract,
      abi: reserveRegistryAbi,
      functionName,
    });
  const [market, lendable] = await Promise.all([onChain("marketTotal"), onChain("lendableTotal")]);
  if (market !== books.marketMicros || lendable !== books.lendableMicros)
    throw new Refused(409, "totals_differ", { summed: books.marketMicros, contract: market });
  const root = positionsRoot(
    Object.entries(books.positions).map(([positionId, p]) => ({ positionId: positionId as Hex, ...p })),
  );
  const content = {
    marketTotal: books.marketMicros,
    lendableTotal: books.lendableMicros,
    positionsRoot: root,
    asOf: head.timestamp,
  };
  latest = {
    asOf: new Date(Number(head.timestamp) * 1000).toISOString(),
    marketMicros: content.marketTotal,
    lendableMicros: content.lendableTotal,
    root,
  };
  const typedData = attestationTypedData({ ...domain(), attestation: content });
  return {
    attestation: content,
    digest: hashTypedData(typedData),
    signature: await account.signTypedData(typedData),
    signer: account.address,
  };
}

const server = await startSmallServer({
  port: env.port,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    {
      method: "GET",
      path: /^\/$/,
      handle: () => ({
        html: screenHtml({
          title: "Valuer",
          label: "Demo stand-in",
          lead: "Plays the outside valuer: it sums all positions from the chain itself and signs the totals with a key the bank does not have.",
          facts: [
            ["Signing address", account.address],
            ["Last attestation", latest?.asOf ?? "none since this process started"],
            ["Market value (micros)", latest?.marketMicros.toString() ?? "-"],
            ["Lendable value (micros)", latest?.lendableMicros.toString() ?? "-"],
            ["Root over positions", latest?.root ?? "-"],
          ],
        }),
      }),
    },
    {
      method: "POST",
      path: /^\/valuations$/,
      bearer: env.standinToken,
      handle: async ({ body }) => ({ json: await valuation(body) }),
    },
    {
      method: "POST",
      path: /^\/attestations$/,
      bearer: env.standinToken,
      handle: async () => ({ json: await attestation() }),
    },
  ],
});
log.info({ port: env.port, signer: account.address }, "valuer listens");
onStop(async () => {
  server.closeAllConnections();
  server.close();
});
