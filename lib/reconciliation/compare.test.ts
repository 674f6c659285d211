import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainSide, compareBooks, type LedgerSide } from "@/lib/reconciliation/compare";

const chain: ChainSide = {
  supplyMicros: 1_000n,
  inFeePotMicros: 18n,
  inStakingMicros: 430n,
  bondsMicros: 100n,
  canaryMicros: 8n,
  inSplitterMicros: 40n,
  inTaxVaultMicros: 5n,
  reserveMicros: 1_000n,
  usedReserveMicros: 1_000n,
};
const ledger: LedgerSide = {
  tokenSupply: 1_000n,
  tokenControl: 1_000n,
  walletMirror: 462n,
  custodialToken: 45n,
  stakeMirror: 250n,
  unbondingMirror: 50n,
  feePot: 10n,
  rewardPool: 30n,
  operatorFee: 5n,
  taxWithheld: 10n,
  operatorBond: 100n,
  slashed: 30n,
  canaryPot: 8n,
  reserve: 1_000n,
};

describe("reconciliation", () => {
  it("finds equal books equal", () => {
    expect(compareBooks(chain, ledger)).toEqual([]);
  });

  it("finds a difference of one micro anywhere, whichever side it is on", () => {
    const anyField = fc.oneof(
      fc.record({ side: fc.constant("ledger" as const), field: fc.constantFrom(...Object.keys(ledger)) }),
      fc.record({ side: fc.constant("chain" as const), field: fc.constantFrom(...Object.keys(chain)) }),
    );
    fc.assert(
      fc.property(anyField, fc.constantFrom(1n, -1n), ({ side, field }, step) => {
        const changed = side === "chain" ? { ...chain } : { ...ledger };
        (changed as unknown as Record<string, bigint>)[field]! += step;
        const found =
          side === "chain"
            ? compareBooks(changed as ChainSide, ledger)
            : compareBooks(chain, changed as LedgerSide);
        const isSpare = field === "reserveMicros" && step === 1n;
        expect(found.length > 0).toBe(!isSpare);
      }),
    );
  });
});
