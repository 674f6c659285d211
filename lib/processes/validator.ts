import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { onStop } from "@/lib/processes/lifecycle";
import { Refused, screenHtml, startSmallServer } from "@/lib/processes/small-server";

const pauseMs = 400;

let attestor: Attestor | undefined;
const ready = (): Attestor => {
  if (!attestor) throw new Refused(503, "starting");
  return attestor;
};

const server = await startSmallServer({
  port: env.port,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    { method: "GET", path: /^\/status$/, handle: () => ({ json: ready().status() }) },
    {
      method: "GET",
      path: /^\/attestations\/(?<number>\d{1,18})$/,
      handle: ({ params }) => {
        const answer = ready().attestation(params.number ?? "");
        const { signer, operatorId } = ready().status();
        if (answer.found === "none") throw new Refused(404, "not_signed");
        if (answer.found === "refused")
          throw new Refused(409, answer.refusal.reason, { digest: answer.digest, ...answer.refusal });
        const { digest, signature } = answer.attestation;
        return { json: { number: params.number, operatorId, signer, digest, signature } };
      },
    },
    { method: "GET", path: /^\/$/, handle: () => ({ html: statusScreen(ready()) }) },
  ],
});

function statusScreen(of: Attestor): string {
  const s = of.status();
  return screenHtml({
    title: `Validator of operator ${s.operatorId}`,
    label: env.isDemo ? "Demo validator" : "Validator",
    lead: "Recomputes the bank's books from the chain's own logs, and signs an epoch only when they agree.",
    facts: [
      ["Signing address", s.signer],
      ["Recomputed to block", `${s.recomputedTo} of ${s.finalTo ?? "-"} final`],
      ["Last final epoch", s.lastFinalEpoch.toString()],
      ["Last signed epoch", s.lastSigned ? `${s.lastSigned.number} (${s.lastSigned.digest})` : "none"],
      [
        "Last refused epoch",
        s.lastRefused
          ? `${s.lastRefused.number}: ${s.lastRefused.refusal.reason}, stated ${s.lastRefused.refusal.stated}, recomputed ${s.lastRefused.refusal.recomputed}`
          : "none",
      ],
      ["Token supply (micros)", s.supplyMicros.toString()],
      ["Market value of reserves (micros)", s.marketMicros.toString()],
      ["Lendable value (micros)", s.lendableMicros.toString()],
      ["Fee pot (micros)", s.feePotMicros.toString()],
      ["Trouble", s.problem ?? s.faults[0]?.reason ?? "none"],
    ],
  });
}

let stopping = false;
onStop(async () => {
  stopping = true;
  server.closeAllConnections();
  server.close();
});

let failures = 0;
while (!stopping) {
  try {
    attestor ??= await openAttestor({
      client: publicClient(),
      deployment: deployment(),
      finalityFile: env.chainFinalityFile,
      key: env.validatorKey,
      operatorId: env.validatorOperatorId,
      folder: join(env.home, "validators"),
    });
    await attestor.step();
    failures = 0;
  } catch (error) {
    failures += 1;
    if (failures === 1 || failures % 50 === 0) log.warn({ err: error, failures }, "cannot follow the chain");
  }
  await wait(Math.min(pauseMs * 2 ** Math.min(failures, 4), 5_000));
}
