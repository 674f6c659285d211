import { suiteBar } from "@/lib/bars/suite";

/** A6: kill -9 of the whole Postgres process group under load; acknowledged writes lost: 0, back within ten seconds. */
export const bar = suiteBar({
  id: "A6",
  title: "What was acknowledged survives the death of the database",
  files: ["lib/processes/postgres.test.ts"],
  tests: "whole process group",
  size: { rounds: 20, deepRounds: 200, of: "kills" },
});
