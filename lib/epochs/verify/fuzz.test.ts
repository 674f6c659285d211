import fc from "fast-check";
import { expect, it } from "vitest";
import { patience, rounds } from "@/lib/bars/rounds";
import { batchLines } from "@/lib/epochs/verify/read-lines";
import { bytesOf, type Specimen, specimens } from "@/lib/epochs/verify/specimen";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";

const mutation = fc.record({
  at: fc.nat(),
  cut: fc.nat(40),
  put: fc.uint8Array({ maxLength: 40 }),
  /** bytes of the file itself in another place */
  from: fc.option(fc.nat()),
});

it(
  "lets no changed byte pass, and answers each with a reason",
  async () => {
    const made = await specimens(11, 2, { customers: 3, seals: 2, events: 3 });
    const honest = made[1] as Specimen;
    const bytes = bytesOf(honest.lines);
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        let changed = bytes;
        for (const { at, cut, put, from } of mutations) {
          const place = at % (changed.length + 1);
          const start = (from ?? 0) % changed.length;
          const bit = from === null ? put : changed.subarray(start, start + put.length);
          changed = Buffer.concat([changed.subarray(0, place), bit, changed.subarray(place + cut)]);
        }
        const verdict = await verifyEpoch(batchLines([changed]), honest);
        expect(verdict.ok).toBe(changed.equals(bytes));
        expect(verdict.refusal === undefined).toBe(verdict.ok);
      }),
      { numRuns: rounds(300) },
    );
  },
  patience(60_000),
);

it("reads a file in whatever pieces it comes", async () => {
  const [honest] = (await specimens(12, 1, { customers: 2, seals: 2, events: 2 })) as [Specimen];
  const bytes = bytesOf(honest.lines);
  for (const size of [1, 7, 64, 4096]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    expect(await verifyEpoch(batchLines(pieces), honest)).toMatchObject({ ok: true, findings: [] });
  }
});

it("says of an epoch that nothing was compared with what it was not given", async () => {
  const [, honest] = (await specimens(13, 2)) as [Specimen, Specimen];
  const alone = { proposal: undefined, previous: undefined, chain: undefined };
  const verdict = await verifyEpoch(honest.lines, alone);
  expect(verdict).toMatchObject({
    ok: true,
    compared: { proposal: false, previous: false, chain: false, place: false },
    entries: { seal: honest.proposal.entriesSeal },
  });
});
