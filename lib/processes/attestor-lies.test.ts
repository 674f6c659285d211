import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, hexToString, zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { barSeed, patience, rounds } from "@/lib/bars/rounds";
import { epochManagerAbi } from "@/lib/chain/abi";
import { canarySeal } from "@/lib/epochs/canary";
import { lies } from "@/lib/epochs/verify/lies";
import { batchLines } from "@/lib/epochs/verify/read-lines";
import { bytesOf, place, type Specimen, specimens } from "@/lib/epochs/verify/specimen";
import type { Against } from "@/lib/epochs/verify/verify-epoch";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { recomputing } from "@/lib/processes/batch";
import { startTestChain, type TestChain } from "@/lib/processes/test-chain";

/** Every lie there is, two hundred at least; with fewer rounds they are taken from anywhere in the list. */
const most = Math.max(200, lies.length);
const everybody = [1, 2, 3, 4, 5];

let chain: TestChain;
let folder: string;
let validators: Attestor[];
/** what the bank serves for the proposal that is open, and what the epoch really was */
let served: { bytes: Buffer; against: Against };

beforeAll(async () => {
  chain = await startTestChain({ operators: ["bank", "outside", "outside", "outside", "bank"] });
  folder = mkdtempSync(join(tmpdir(), "granary-lies-"));
  const { judge } = recomputing(() => batchLines([served.bytes]), place);
  validators = await Promise.all(
    everybody.map((operatorId) =>
      openAttestor({
        client: chain.client,
        deployment: chain.deployment,
        finalityFile: undefined,
        // roots and totals are those on chain; where the bank stood before is the specimen's
        batches: {
          judge({ epoch }) {
            const { proposal, previous, chain: view } = served.against;
            if (!proposal || !view) throw new Error("a lie is held against everything");
            const { number, previousDigest, proposedBlock } = proposal;
            return judge({
              epoch: { ...epoch, number, previousDigest, proposedBlock },
              previous,
              chain: view,
            });
          },
          beginFrom: async () => {
            throw new Error("no epoch is final here");
          },
        },
        key: chain.key(11 + operatorId),
        operatorId,
        folder: join(folder, String(operatorId)),
      }),
    ),
  );
}, 120_000);
afterAll(async () => {
  for (const one of validators ?? []) await one.close();
  await chain?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Proposed as a bank that lies would, and voted on by everybody; answers what each said on chain and to the bank. */
async function vote(): Promise<{ said: string[]; signed: number; waits: string[] }> {
  const { proposal } = served.against;
  if (!proposal) throw new Error("a lie has a proposal");
  const { booksRoot, entriesRoot, liabilitiesRoot, liabilities, entriesSeal } = proposal;
  await chain.pass(31);
  const { epochManager } = chain.deployment.contracts;
  await chain.send("proposer", {
    to: epochManager,
    abi: epochManagerAbi,
    functionName: "propose",
    args: [
      0n,
      {
        booksRoot,
        entriesRoot,
        liabilitiesRoot,
        liabilities,
        entriesSeal,
        canarySeal: canarySeal(zeroHash, false),
      },
    ],
  });
  await chain.mine(2);
  const fromBlock = await chain.client.getBlockNumber();
  for (let round = 0; round < 2; round++)
    await Promise.all(validators.map((one) => one.step().catch(() => undefined)));
  const logs = await chain.client.getContractEvents({
    address: epochManager,
    abi: epochManagerAbi,
    eventName: "Revealed",
    fromBlock,
    strict: true,
  });
  const textOf = (reason: Hex) => hexToString(reason, { size: 32 }).replaceAll("\0", "") || "agreed";
  return {
    said: logs.map(({ args }) => textOf(args.reason)),
    signed: validators.filter((one) => one.attestation("1").found === "signed").length,
    waits: validators.flatMap((one) => one.status().trouble?.sentence ?? []),
  };
}

describe("every honest operator", () => {
  it(
    "refuses every falsified batch on chain, each for what is false in it, and signs the honest one",
    async () => {
      const seed = barSeed();
      const count = Math.min(rounds(6), most);
      const wrong: string[] = [];
      let cases: Specimen[] = [];
      for (let n = 0; n < count; n++) {
        if (n % 20 === 0) cases = await specimens(seed + n, 3, { customers: 4, seals: 4, events: 4 });
        const lie = lies[(count < most ? seed + n * 37 : n) % lies.length] as (typeof lies)[number];
        let state = seed + n;
        const roll = (below: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        const [before, one] = [cases[n % 2], cases[(n % 2) + 1]];
        if (!one || !before) throw new Error("no honest batch");
        served = lie.tell({ one, before, roll });
        const { said, signed, waits } = await vote();
        const isNamed = (reason: string) => (lie.reasons as string[]).includes(reason);
        // a block that its own node does not have yet is waited for, by name
        const hasRefused = said.length === everybody.length && said.every(isNamed);
        const hasWaited = waits.length === everybody.length && lie.reasons.includes("block_unknown");
        if (signed > 0 || !(hasRefused || hasWaited))
          wrong.push(`${lie.name}: signed by ${signed}, said ${said}, ${waits} (seed ${seed})`);
      }
      expect(wrong).toEqual([]);
      const honest = cases[1] as Specimen;
      served = { bytes: bytesOf(honest.lines), against: honest };
      expect(await vote()).toEqual({ said: everybody.map(() => "agreed"), signed: 5, waits: [] });
    },
    patience(180_000),
  );
});
