import type { Bar } from "@/lib/bars/bar";
import { ask, openDoorBank } from "@/lib/bars/door-bank";
import { takeMatrix } from "@/lib/bars/door-knock";

/**
 * B2: the same matrix at two web servers of one bank, one of them built without proxy.ts; every cell is equal.
 * Also with the header that once made Next skip its proxy (CVE-2025-29927).
 */
export const bar: Bar = {
  id: "B2",
  title: "No authorisation lives in the proxy",
  async run() {
    const bank = await openDoorBank();
    const bare = await bank.startApp({ withoutProxy: true });
    try {
      const { appUrl, ports } = bank.at;
      const seen = await ask({ port: ports.app, path: "/" }, appUrl);
      const unseen = await ask({ port: bare.port, path: "/" }, appUrl);
      const isGone =
        "content-security-policy" in seen.headers && !("content-security-policy" in unseen.headers);
      const [guarded, open] = [await takeMatrix(bank, ports.app), await takeMatrix(bank, bare.port)];
      const differ = [...guarded.rows].filter(([door, row]) => open.rows.get(door) !== row);
      return {
        value: `${differ.length} of ${open.rows.size} doors differ, ${open.wrong.length} of ${open.cells} cells wrong`,
        limit: "0 differ, 0 wrong",
        pass: isGone && differ.length === 0 && open.wrong.length === 0,
        notes: [
          `the proxy is ${isGone ? "gone" : "still there"} from the second server`,
          ...differ.map(([door, row]) => `${door}: ${row} with the proxy, ${open.rows.get(door)} without`),
          ...open.wrong,
        ],
      };
    } finally {
      await bare.stop();
      await bank.close();
    }
  },
};
