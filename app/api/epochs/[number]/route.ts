import { route } from "@/lib/auth/route";
import { deployment } from "@/lib/chain/deployment";
import { publicTotals } from "@/lib/epochs/public-totals";
import { epochShown } from "@/lib/epochs/queries";
import { AppError } from "@/lib/errors";

const text = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

/** An epoch's roots and totals, for everybody: of its final proposal, else of the last one. */
export const GET = route({ name: "epochs/totals", access: "open" }, async (_request, { db }, { params }) => {
  const { number } = await params;
  if (typeof number !== "string" || !/^[1-9][0-9]{0,17}$/.test(number)) throw new AppError("invalid_input");
  const epoch = await epochShown(db, { chainId: deployment().chainId, number: BigInt(number) });
  if (!epoch) throw new AppError("not_found");
  const { manifest, ...roots } = epoch;
  const totals = manifest && {
    seal: manifest.seal,
    block: manifest.block,
    blockHash: manifest.blockHash,
    previous: manifest.previous,
    classes: publicTotals(manifest.classes),
    reserves: manifest.reserves,
    fees: manifest.fees,
    rewardsMicros: manifest.rewardsMicros,
    withheld: manifest.withheld,
  };
  return new Response(JSON.stringify({ ...roots, totals }, text), {
    headers: { "content-type": "application/json", "cache-control": "public, max-age=5" },
  });
});
