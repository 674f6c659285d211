import { Readable } from "node:stream";
import { route } from "@/lib/auth/route";
import { batchFolder } from "@/lib/epochs/build/batch-file";
import { keptBytes } from "@/lib/epochs/build/read-batch";
import { sealEnvelope } from "@/lib/epochs/format/envelope";
import { operatorsBatchKey } from "@/lib/epochs/queries";
import { AppError } from "@/lib/errors";

/** An epoch's batch, sealed for the operator who asks. */
export const GET = route({ name: "epochs/batch", access: "open" }, async (request, { db }, { params }) => {
  const { root } = await params;
  if (typeof root !== "string" || !/^0x[0-9a-f]{64}$/.test(root)) throw new AppError("invalid_input");
  const recipient = await operatorsBatchKey(request.headers.get("authorization"));
  const content = await keptBytes({ db, folder: batchFolder() }, root as `0x${string}`);
  return new Response(
    Readable.toWeb(Readable.from(sealEnvelope(content, { entriesRoot: root, recipient }))) as ReadableStream,
    {
      headers: { "content-type": "application/octet-stream" },
    },
  );
});
