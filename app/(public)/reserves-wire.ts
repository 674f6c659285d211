/** The count as it travels to the browser: amounts as text, because JSON has no whole numbers this large. */
export type ReservesWire = {
  marketMicros: string;
  lendableMicros: string;
  supplyMicros: string;
  asOf: string;
};
