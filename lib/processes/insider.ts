import { z } from "zod";
import { openFor } from "@/db/client";
import { cheatKinds } from "@/db/schema/cheats";
import type { CommandContext } from "@/lib/auth/actor";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { askUndo } from "@/lib/cheats/commands/ask-undo";
import { beginCheat } from "@/lib/cheats/commands/begin-cheat";
import { stepCheat } from "@/lib/cheats/commands/step-cheat";
import { latestCheat } from "@/lib/cheats/queries";
import { assertSafeForProduction, env } from "@/lib/env";
import { log } from "@/lib/log";
import { onStop, startLoop } from "@/lib/processes/lifecycle";
import { Refused, screenHtml, startSmallServer } from "@/lib/processes/small-server";

/**
 * Demo only: somebody inside the bank who has the database itself, and plays the dishonest bank that the "try to cheat"
 * page asks for. No other process of the bank holds the owner's password.
 */
assertSafeForProduction();
if (!env.isDemo) throw new Error("The insider is a demo stand-in; no real bank starts one.");

const { db, close } = openFor("owner");
const tools = { client: publicClient(), deployment: deployment() };
const contextOf = (requestId: string): CommandContext => ({
  actor: { kind: "system", job: "insider" },
  requestId,
  db,
});

const asked = z.object({ requestId: z.string().min(1).max(200) });
const asksToCheat = asked.extend({ kind: z.enum(cheatKinds) });
function parsed<T>(shape: z.ZodType<T>, body: unknown): T {
  const result = shape.safeParse(body);
  if (!result.success) throw new Refused(400, "invalid_input");
  return result.data;
}

const server = await startSmallServer({
  port: env.port,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    {
      method: "GET",
      path: /^\/$/,
      handle: async () => {
        const last = await latestCheat(db);
        return {
          html: screenHtml({
            title: "Insider",
            label: "Demo stand-in",
            lead: "Plays somebody inside the bank who can change its database, and is asked to on the page where visitors try to cheat.",
            facts: [
              ["Last cheat", last?.kind ?? "none"],
              ["Done", last?.doneAt?.toISOString() ?? "no"],
              ["Undone", last?.undoneAt?.toISOString() ?? "no"],
              ["Mended", last?.mendedAt?.toISOString() ?? "no"],
            ],
            refreshSeconds: 5,
          }),
        };
      },
    },
    {
      method: "POST",
      path: /^\/cheats$/,
      bearer: env.standinToken,
      handle: async ({ body }) => {
        const { kind, requestId } = parsed(asksToCheat, body);
        return { json: await beginCheat(contextOf(requestId), { kind }) };
      },
    },
    {
      method: "POST",
      path: /^\/undo$/,
      bearer: env.standinToken,
      handle: async ({ body }) => ({ json: await askUndo(contextOf(parsed(asked, body).requestId)) }),
    },
  ],
});
let requests = 0;
const loop = startLoop("insider", 1_000, async () => {
  requests += 1;
  return (await stepCheat(contextOf(`insider-${process.pid}-${requests}`), tools)) === "moved";
});
log.info({ port: env.port }, "insider listens");
onStop(async () => {
  server.closeAllConnections();
  server.close();
  await loop.stop();
  await close();
});
