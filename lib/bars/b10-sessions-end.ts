import { suiteBar } from "@/lib/bars/suite";

/** B10: a session that was signed out, ended, left idle or lost its person is refused by its very next request. */
export const bar = suiteBar({
  id: "B10",
  title: "Sessions die when told to",
  files: ["lib/auth/session-end.test.ts"],
  size: { rounds: 100, deepRounds: 1_000, of: "sessions" },
});
