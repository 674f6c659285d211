import { expect, it } from "vitest";
import { publicTotals } from "@/lib/epochs/public-totals";

const total = (asset: string, name: string, accounts: number) => ({
  asset,
  class: name,
  accounts: BigInt(accounts),
  debitsMicros: 0n,
  creditsMicros: BigInt(accounts) * 10n,
});

it("shows large classes by themselves and small ones only together", () => {
  expect(
    publicTotals([
      total("USD", "cash", 1),
      total("USD", "dollar_deposit", 500),
      total("USD", "suspense", 19),
      total("USD", "tax_payable", 20),
    ]),
  ).toEqual([
    total("USD", "dollar_deposit", 500),
    total("USD", "tax_payable", 20),
    total("USD", "merged", 20),
  ]);
});

it("lets the smallest of the large ones join small ones that are still few together", () => {
  expect(
    publicTotals([total("USD", "cash", 1), total("USD", "dollar_deposit", 30), total("USD", "till", 40)]),
  ).toEqual([total("USD", "till", 40), total("USD", "merged", 31)]);
  expect(publicTotals([total("TOKEN", "fee_pot", 1)])).toEqual([total("TOKEN", "merged", 1)]);
});
