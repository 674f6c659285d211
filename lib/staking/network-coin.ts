/**
 * The coin that pays for network steps, and what it is taken to be worth when a cost is shown in dollars.
 * Units: micros of a dollar for one whole coin (1e18 wei).
 */
export const networkCoin = {
  name: "Ether",
  symbol: "ETH",
  priceMicros: 3_000_000_000n,
  from: "2026-01-01",
  source:
    "House rule: a fixed price on the bank-run network, whose coin the bank hands out and nobody trades",
} as const;
