import { suiteBar } from "@/lib/bars/suite";

/** B3, in small: every permission by every principal, and a permission behind every door of the app. */
export const bar = suiteBar({
  id: "B3",
  title: "Nobody acts beyond their role",
  files: ["lib/auth/permissions.test.ts", "lib/auth/doors.test.ts"],
});
