import { suiteBar } from "@/lib/bars/suite";

/** C6: the roles of a fresh deployment as the chain has them: admin is the 48-hour timelock, and no key upgrades anything. */
export const bar = suiteBar({
  id: "C6",
  title: "No single key, no instant upgrade",
  files: ["lib/chain/deploy.test.ts"],
});
