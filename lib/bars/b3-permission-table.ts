import type { Bar } from "@/lib/bars/bar";
import { openDoorBank } from "@/lib/bars/door-bank";
import { takeMatrix } from "@/lib/bars/door-knock";
import { suiteBar } from "@/lib/bars/suite";

const inProcess = suiteBar({
  id: "B3",
  title: "",
  files: ["lib/auth/permissions.test.ts", "lib/auth/doors.test.ts", "app/matrix.test.ts"],
});

/** B3: every action, route and page by every knocker, in process and over HTTP at a running bank. */
export const bar: Bar = {
  id: "B3",
  title: "Nobody acts beyond role or ownership",
  async run(options) {
    const small = await inProcess.run(options);
    const bank = await openDoorBank();
    try {
      const { cells, wrong, rows } = await takeMatrix(bank, bank.at.ports.app);
      return {
        value: `${wrong.length} of ${cells} cells, ${rows.size} doors`,
        limit: "0 cells",
        pass: wrong.length === 0 && small.pass,
        notes: [`in process: ${small.value}`, ...(small.notes ?? []), ...wrong],
      };
    } finally {
      await bank.close();
    }
  },
};
