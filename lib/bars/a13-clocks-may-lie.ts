import { suiteBar } from "@/lib/bars/suite";

/** A13: year's end, leap day, days of 23 and 25 hours, jumps over years, and this machine's clock an hour off. */
export const bar = suiteBar({
  id: "A13",
  title: "Whatever a clock says, no epoch and no tax year is missed or taken twice",
  files: ["lib/rewards/year-end.test.ts", "lib/chain/signer.test.ts", "lib/faults/failpoints.test.ts"],
  tests: "clock",
});
