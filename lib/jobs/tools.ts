import type { Db } from "@/db/client";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { batchFolder } from "@/lib/epochs/build/batch-file";
import type { JobTools } from "@/lib/jobs/job";
import { sealFolder } from "@/lib/ledger/seal/anchor";
import { liveAttestors } from "@/lib/vendors/attestors/live";
import { liveCustodian } from "@/lib/vendors/custodian/live";
import { liveValuer } from "@/lib/vendors/valuer/live";

/** The worker's tools, from the environment. */
export function jobTools(db: Db): JobTools {
  return {
    db,
    client: publicClient(),
    deployment: deployment(),
    finalityFile: env.chainFinalityFile,
    attestors: liveAttestors(env.validatorUrls),
    custodian: liveCustodian({ url: env.custodianUrl, token: env.standinToken }),
    valuer: liveValuer({ url: env.valuerUrl, token: env.standinToken }),
    isDemo: env.isDemo,
    sealFolder: sealFolder(),
    batchFolder: batchFolder(),
    plantsCanaries: true,
  };
}
