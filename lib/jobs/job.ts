import { randomUUID } from "node:crypto";
import type { PublicClient } from "viem";
import type { Db } from "@/db/client";
import type { CommandContext } from "@/lib/auth/actor";
import type { Deployment } from "@/lib/chain/addresses";
import type { Attestors } from "@/lib/vendors/attestors/contract";
import type { Custodian } from "@/lib/vendors/custodian/contract";
import type { Valuer } from "@/lib/vendors/valuer/contract";

/** What every job may use. A job's effects are guarded by natural keys, so that a second run does nothing. */
export interface JobTools {
  db: Db;
  client: PublicClient;
  deployment: Deployment;
  finalityFile: string | undefined;
  attestors: Attestors;
  custodian: Custodian;
  valuer: Valuer;
  isDemo: boolean;
  /** where the heads of the sealed books are anchored, outside the database */
  sealFolder: string;
  /** what validators are shown of each epoch */
  batchFolder: string;
  /** whether validators are tested with batches that are wrong on purpose */
  plantsCanaries: boolean;
}

export interface Job {
  name: string;
  everySeconds: number;
  /** absent in production */
  isDemoOnly?: boolean;
  run(tools: JobTools, ctx: CommandContext): Promise<void>;
}

/** The system as actor, under one request id per run. */
export function jobContext(db: Db, job: string): CommandContext {
  return { actor: { kind: "system", job }, requestId: `job-${job}-${randomUUID()}`, db };
}
