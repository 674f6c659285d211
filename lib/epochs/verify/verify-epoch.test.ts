import { describe, expect, it } from "vitest";
import { specimens } from "@/lib/epochs/verify/specimen";
import { verifyEpoch } from "@/lib/epochs/verify/verify-epoch";

describe("an honest batch", () => {
  it("passes, epoch after epoch", async () => {
    for (const one of await specimens(7, 3)) {
      const verdict = await verifyEpoch(one.lines, one);
      expect(verdict.findings).toEqual([]);
      expect(verdict).toMatchObject({ ok: true, entries: { root: one.proposal.entriesRoot } });
      expect(verdict.compared).toEqual({ proposal: true, previous: true, chain: true, place: true });
    }
  });
});
