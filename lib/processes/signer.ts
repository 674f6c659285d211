import { dbFor } from "@/db/client";
import type { Sender } from "@/lib/chain/allow-list";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { maySend, openSigner, UnknownSigner } from "@/lib/chain/signer";
import { assertSafeForProduction, env } from "@/lib/env";
import { log } from "@/lib/log";
import { beat } from "@/lib/processes/heartbeat";
import { onStop, startLoop } from "@/lib/processes/lifecycle";

assertSafeForProduction();
const db = dbFor("signer");
const signer = openSigner({
  db,
  client: publicClient(),
  deployment: deployment(),
  finalityFile: env.chainFinalityFile,
  keys: env.signerKeys as Partial<Record<Sender, `0x${string}`>>,
});

let started = false;
const loop = startLoop("signer", 200, async () => {
  try {
    if (!(await maySend(db))) {
      started = false;
      await beat(db, "signer", { halted: "sending is switched off" });
      return false;
    }
    if (!started) await signer.start();
    started = true;
    const worked = await signer.step();
    await beat(db, "signer");
    return worked;
  } catch (error) {
    if (error instanceof UnknownSigner) {
      log.fatal({ err: error }, "halted: nothing is sent until an operator has looked");
      await beat(db, "signer", { halted: error.message }).catch(() => undefined);
      started = false;
    }
    throw error;
  }
});
log.info("signer runs");
onStop(() => loop.stop());
