import { kilobytes, type PageWeight, weighBuild } from "@/lib/bench/pages";
import { table } from "@/lib/cli/table";
import { BadInput, type Verbs } from "@/lib/cli/verb";
import { inProject } from "@/lib/processes/running-bank";

type Weighed = { bareBytes: number; pages: PageWeight[] };

/** Needs no bank, only a build. */
export const verbs: Verbs = {
  pages: {
    summary: "First-load JavaScript of every page of the last build, beside the barest page",
    async run({ args }): Promise<Weighed> {
      if (args.length > 0) throw new BadInput("bench pages takes no words: it weighs every page.");
      const weighed = weighBuild(inProject());
      if (!weighed) throw new BadInput("Nothing is built: run npm run build or npm start first.");
      return weighed;
    },
    show: ({ pages }: Weighed) =>
      table(
        ["page", "first load", "over bare", "limit"],
        pages.map((one) => [
          one.page,
          kilobytes(one.bytes),
          `+${kilobytes(one.overBareBytes)}`,
          `+${kilobytes(one.limitBytes)}`,
        ]),
        { right: [1, 2, 3] },
      ),
  },
};
