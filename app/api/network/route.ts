import { readFile } from "node:fs/promises";
import { route } from "@/lib/auth/route";
import { networkPath } from "@/lib/chain/deployment";
import { AppError } from "@/lib/errors";

/** How the network began and where its contracts lie: what an operator's validator asks for once. */
export const GET = route({ name: "network", access: "open" }, async () => {
  const text = await readFile(networkPath(), "utf8").catch(() => {
    throw new AppError("not_found");
  });
  return new Response(text, { headers: { "content-type": "application/json" } });
});
