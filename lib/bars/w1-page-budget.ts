import type { Bar } from "@/lib/bars/bar";
import { kilobytes, type PageWeight, weighBuild } from "@/lib/bench/pages";
import { inProject } from "@/lib/processes/running-bank";
import { build } from "@/tools/start.mjs";

/** W1: no page above the barest by more than +40 kB without a wallet, +260 kB where the wallet loads on Connect. */
export const overBudget = (pages: readonly PageWeight[]): string[] =>
  pages
    .filter((one) => one.overBareBytes > one.limitBytes)
    .map((one) => `${one.page} +${kilobytes(one.overBareBytes)} of ${kilobytes(one.limitBytes)}`);

export const bar: Bar = {
  id: "W1",
  title: "No page outweighs its budget of JavaScript",
  async run() {
    await build();
    const weighed = weighBuild(inProject());
    if (!weighed) throw new Error("the build left no list of its chunks");
    const { bareBytes, pages } = weighed;
    const share = (one: PageWeight) => one.overBareBytes / one.limitBytes;
    const worst = pages.reduce((a, b) => (share(b) > share(a) ? b : a));
    const over = overBudget(pages);
    return {
      value: `${worst.page} +${kilobytes(worst.overBareBytes)}`,
      limit: `+${kilobytes(worst.limitBytes)}`,
      pass: over.length === 0,
      notes: [
        `bare page ${kilobytes(bareBytes)}`,
        ...pages.map(({ page, bytes }) => `${kilobytes(bytes).padStart(9)}  ${page}`),
        ...over,
      ],
    };
  },
};
