// Loaded before a process in tests (node --import): its clock is off by the milliseconds that stand in a file, and may
// be set anew while it runs.
import { readFileSync } from "node:fs";

const Real = Date;
let [offMs, readAt] = [0, Number.NEGATIVE_INFINITY];

function now() {
  if (performance.now() - readAt > 50) {
    readAt = performance.now();
    offMs = Number(readFileSync(process.env.TEST_CLOCK, "utf8"));
  }
  return Real.now() + offMs;
}

globalThis.Date = class extends Real {
  constructor(...of) {
    if (of.length > 0) super(...of);
    else super(now());
  }
  static now() {
    return now();
  }
};
