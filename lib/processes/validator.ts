import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chainClient } from "@/lib/chain/client";
import { log } from "@/lib/log";
import { agree } from "@/lib/processes/agreed-restore";
import { type Attestor, openAttestor } from "@/lib/processes/attestor";
import { bankBatches } from "@/lib/processes/bank-batches";
import { recomputing } from "@/lib/processes/batch";
import { anvilFollower } from "@/lib/processes/follower/anvil-follower";
import { onStop } from "@/lib/processes/lifecycle";
import { releaseLock, takeLock } from "@/lib/processes/lock";
import { Refused, startSmallServer } from "@/lib/processes/small-server";
import {
  ConfigError,
  networkOf,
  readValidatorConfig,
  type ValidatorConfig,
} from "@/lib/processes/validator-config";
import { metricsText, statusScreen } from "@/lib/processes/validator-screen";

const pauseMs = 400;
const longestPauseMs = 5_000;

/** A config that cannot be started from ends it with one sentence: trying again would not help. */
function configured(): { config: ValidatorConfig; lock: string } {
  try {
    const config = readValidatorConfig(process.argv.slice(2));
    if (config.agrees !== undefined) {
      agree(config.folder, config.agrees);
      const [after, to] = config.agrees.split(":");
      process.stdout.write(
        `Operator ${config.operatorId} agrees: after epoch ${after} the books go on from epoch ${to}.\n`,
      );
      process.exit(0);
    }
    const lock = join(config.folder, "lock");
    try {
      takeLock(lock);
    } catch (error) {
      throw new ConfigError(
        "folder_in_use",
        `${config.folder} cannot be used: ${(error as Error).message.split(":")[0]}.`,
      );
    }
    return { config, lock };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.fatal({ reason: error.reason }, error.message);
    process.stderr.write(`${error.reason}: ${error.message}\n`);
    process.exit(2);
  }
}

const { config, lock } = configured();
let attestor: Attestor | undefined;
let opening = "it starts";
const ready = (): Attestor => {
  if (!attestor) throw new Refused(503, "starting", { because: opening });
  return attestor;
};

const server = await startSmallServer({
  port: config.port,
  host: config.host,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    { method: "GET", path: /^\/status$/, handle: () => ({ json: ready().status() }) },
    {
      method: "GET",
      path: /^\/metrics$/,
      handle: () => ({ text: metricsText(config.operatorId, attestor?.status()) }),
    },
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
    {
      method: "GET",
      path: /^\/$/,
      handle: () => ({
        html: statusScreen({ ...config, opening, status: attestor?.status() }),
      }),
    },
  ],
});
log.info({ operatorId: config.operatorId, port: config.port }, "validator listens");

let stopping = false;
let working: Promise<void> = Promise.resolve();
onStop(async () => {
  stopping = true;
  server.closeAllConnections();
  server.close();
  await Promise.race([working, wait(4_000)]);
  await attestor?.close();
  releaseLock(lock);
});

async function open(): Promise<Attestor> {
  const { deployment, genesis } = await networkOf(config);
  const leader = () => chainClient({ rpcUrl: config.chain, chainId: deployment.chainId });
  const node = join(config.folder, "node");
  return openAttestor({
    client: leader(),
    deployment,
    ...(genesis && { follower: anvilFollower({ leader: leader(), deployment, genesis, folder: node }) }),
    finalityFile: config.finalityFile,
    batches: recomputing(bankBatches({ bank: config.bank, key: config.key, deployment }), {
      chainId: BigInt(deployment.chainId),
      epochManager: deployment.contracts.epochManager,
    }),
    key: config.key,
    operatorId: config.operatorId,
    folder: config.folder,
  });
}

let failures = 0;
while (!stopping) {
  working = (async () => {
    try {
      attestor ??= await open();
      const before = attestor.status().follower.blocksExecuted;
      await attestor.step();
      const { blocksExecuted, blocksPerSecond, at } = attestor.status().follower;
      if (blocksExecuted - before > 100)
        log.info(
          { blocks: blocksExecuted - before, at: at?.number.toString() },
          `caught up at ${Math.round(blocksPerSecond)} blocks a second`,
        );
      if (failures > 0) log.info({ failures }, "follows the chain again");
      failures = 0;
    } catch (error) {
      failures += 1;
      opening = (error as Error).message;
      if (failures === 1 || failures % 50 === 0)
        log.warn(
          { err: error, failures, reason: attestor?.status().trouble?.word },
          "cannot follow the chain",
        );
    }
  })();
  await working;
  if (!stopping) await wait(Math.min(pauseMs * 2 ** Math.min(failures, 4), longestPauseMs));
}
