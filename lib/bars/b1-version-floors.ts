import type { Bar } from "@/lib/bars/bar";
import { belowFloors, lockedVersions, readFloors } from "@/lib/bars/floors";

/** B1: no package of the lock is below the version that its advisories ask for. */
export const bar: Bar = {
  id: "B1",
  title: "No known hole is shipped",
  async run() {
    const { reviewed, floors, never } = readFloors();
    const wrong = belowFloors();
    const days = Math.floor((Date.now() - Date.parse(reviewed)) / 86_400_000);
    return {
      value: `${wrong.length} of ${lockedVersions().length} packages`,
      limit: "0",
      pass: wrong.length === 0,
      notes: [
        `${floors.length} floors and ${never.versions.length} forbidden versions, reviewed ${days} days ago`,
        ...wrong,
      ],
    };
  },
};
