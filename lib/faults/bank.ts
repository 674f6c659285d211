import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openFor } from "@/db/client";
import type { Actor } from "@/lib/auth/actor";
import { keepBackup } from "@/lib/backups/keep";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { prepareRedemption } from "@/lib/collateral/commands/prepare-redemption";
import { decideIdentity } from "@/lib/customers/commands/decide-identity";
import { submitIdentity } from "@/lib/customers/commands/submit-identity";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { dieAt, onFailpoint } from "@/lib/failpoint";
import { jobContext } from "@/lib/jobs/job";
import { jobs } from "@/lib/jobs/registry";
import { ChainKeeper } from "@/lib/processes/chain";
import { openCustodyRegister } from "@/lib/processes/custody-register";
import { homeAt } from "@/lib/processes/home";
import { pushClaims } from "@/lib/rewards/commands/push-claims";
import { type Engine, openEngine } from "@/lib/seed/engine";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { sendDollars } from "@/lib/transfers/commands/send-dollars";
import { fakeValuer } from "@/lib/vendors/valuer/fake";

/** The bank in one process that may be killed anywhere: the same commands, jobs, signer, indexer and validators. */
export type Verb = keyof typeof verbs;
export type Asked = { id: number; verb: Verb; input: Record<string, unknown> };
export type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; code?: string; error: string };

const place = homeAt("/", env.home);
let engine: Engine;
let hits = new Map<string, number>();

const ctx = (actor: unknown) => ({
  actor: actor as Actor,
  requestId: randomUUID(),
  db: openFor("app").db,
});

const verbs = {
  async open() {
    const client = publicClient();
    const custodianKey = env.custodianKey;
    engine = await openEngine({
      db: openFor("worker").db,
      signerDb: openFor("signer").db,
      client,
      rpcUrl: env.chainRpcUrl,
      deployment: deployment(),
      signerKeys: env.signerKeys,
      validatorKeys: env.seedKeys,
      custodian: openCustodyRegister({
        path: join(env.home, "custodian.json"),
        key: custodianKey,
        deployment: deployment(),
      }),
      valuer: fakeValuer({ key: env.valuerKey, deployment: deployment(), client }),
      home: env.home,
    });
  },
  /** dies at the point, the n-th time from now */
  arm: async ({ point, time }) => onFailpoint(dieAt(String(point), Number(time))),
  /** counts what is passed, instead of dying */
  record: async () => onFailpoint((name) => hits.set(name, (hits.get(name) ?? 0) + 1)),
  async hits() {
    const seen = hits;
    hits = new Map();
    return seen;
  },
  async settle() {
    await engine.settle();
    // the engine counts its own blocks only, and customers make some too
    while (await engine.indexer.step());
  },
  send: () => engine.signer.step(),
  index: () => engine.indexer.step(),
  /** several runs at once, as if the queue had given it to as many workers */
  async job({ name, atOnce = 1 }) {
    const job = jobs.find((one) => one.name === name);
    if (!job) throw new Error(`there is no job ${name}`);
    const runs = Array.from({ length: Number(atOnce) }, () =>
      job.run(engine.tools, jobContext(engine.tools.db, job.name)),
    );
    // one that comes second may be refused; that all are is a failure
    await Promise.any(runs);
    await Promise.allSettled(runs);
  },
  jump: ({ seconds }) => engine.jump(Number(seconds)),
  async backup({ place, folder }) {
    await keepBackup(place as Parameters<typeof keepBackup>[0], String(folder), new Date());
  },
  async save() {
    await new ChainKeeper(env.chainRpcUrl, {
      statePath: place.chainState,
      savedPath: place.chainSaved,
    }).save();
  },
  bring: ({ actor, ...raw }) => bringDollars(ctx(actor), raw),
  sendDollars: ({ actor, ...raw }) => sendDollars(ctx(actor), raw),
  convert: ({ actor, ...raw }) => convertDollars(ctx(actor), raw),
  prepare: ({ actor, ...raw }) => prepareRedemption(ctx(actor), raw),
  submit: ({ actor, ...raw }) => submitIdentity(ctx(actor), raw),
  decide: ({ actor, ...raw }) => decideIdentity(ctx(actor), raw),
  pushClaims: ({ taxYear }) =>
    pushClaims(jobContext(engine.tools.db, "year-end-claims"), {
      ...engine.tools,
      taxYear: Number(taxYear),
      round: "day",
    }),
} satisfies Record<string, (input: Record<string, unknown>) => Promise<unknown>>;

process.on("message", async ({ id, verb, input }: Asked) => {
  let answer: Answer;
  try {
    const run = verbs[verb] as (input: Record<string, unknown>) => Promise<unknown>;
    answer = { id, ok: true, value: await run(input) };
  } catch (thrown) {
    const error = thrown as Error;
    answer = {
      id,
      ok: false,
      error: `${error.stack}\n${(error.cause as Error)?.stack ?? ""}`,
      ...(thrown instanceof AppError && { code: thrown.code }),
    };
  }
  process.send?.(answer);
});
process.send?.("ready");
