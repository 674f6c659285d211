import type { Bar } from "@/lib/bars/bar";
import { suiteBar } from "@/lib/bars/suite";
import { noNamespaces } from "@/lib/processes/test-namespaces";

const suite = suiteBar({
  id: "V3",
  title: "on machines of their own",
  files: ["lib/epochs/partitions.test.ts"],
  size: { rounds: 11, deepRounds: 220, of: "rounds of troubles" },
});

/**
 * V3: five validators, each a process in a network namespace of its own: cables out, one-way lines, slow ones, clocks off by
 * hours and days, kill -9. No epoch forks, nothing is paid twice, each names what it lacks, and all is healed by itself.
 */
export const bar: Bar = {
  id: "V3",
  title: "Kills, partitions and lying clocks fork no epoch and pay nobody twice",
  async run(options) {
    const lacks = noNamespaces();
    if (lacks) return { value: "none", limit: "0 failed", pass: false, skipped: lacks };
    return suite.run(options);
  },
};
