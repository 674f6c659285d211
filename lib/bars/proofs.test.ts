import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { untested } from "@/lib/bars/c3-enough-tests";
import { countCoverage } from "@/lib/bars/c4-every-line";
import { breaks, proofNames, prove, proveBroken, proverVersion } from "@/lib/bars/proofs";
import { inProject } from "@/lib/processes/running-bank";

describe("the proofs", () => {
  it("each have a break that they must find, in words that the contracts say", () => {
    expect(new Set(breaks.map(({ proof }) => proof))).toEqual(new Set(proofNames()));
    for (const { file, line } of breaks)
      expect(readFileSync(inProject("contracts", file), "utf8").split(line), line).toHaveLength(2);
  });

  it.skipIf(!proverVersion())(
    "hold for the operator's fee, and fall when it rounds up",
    () => {
      expect(prove("ProofOfCommission")).toMatchObject({ open: [] });
      const [roundedUp] = breaks.filter(({ proof }) => proof === "ProofOfCommission").map(proveBroken);
      expect(roundedUp?.open.join()).toContain("Assertion violation");
    },
    120_000,
  );
});

describe("what the tests reach", () => {
  it("is counted for the contracts alone, line by line and branch by branch", () => {
    const lcov =
      "SF:src/A.sol\nDA:1,3\nDA:2,0\nBRDA:2,0,0,-\nBRDA:2,0,1,4\nend_of_record\nSF:test/B.sol\nDA:1,0\n";
    const { lines, branches, missed } = countCoverage(lcov, (_, line) => `  line ${line}`);
    expect([lines, branches]).toEqual([
      { hit: 1, all: 2 },
      { hit: 1, all: 2 },
    ]);
    expect(missed).toEqual([
      "src/A.sol:2 line not reached: line 2",
      "src/A.sol:2 branch not reached: line 2",
    ]);
  });

  it("misses no error and no function", () => {
    const source =
      "contract A {\n    error Bad();\n    error Good();\n    function go(uint256 a) external {}\n}\n";
    expect(untested([source], ["refuses(A.Good.selector); a.stay();"])).toEqual(["error Bad", "function go"]);
  });
});
