import { sql } from "drizzle-orm";
import type { PublicClient } from "viem";
import type { Db } from "@/db/client";
import { epochManagerAbi } from "@/lib/chain/abi";
import type { Deployment } from "@/lib/chain/addresses";
import type { ChainFact } from "@/lib/chain/facts";
import { openIndexer } from "@/lib/chain/indexer";
import { project } from "@/lib/chain/projections";
import type { TestChain } from "@/lib/processes/test-chain";
import { type TestDatabase, testDatabase } from "@/lib/processes/test-postgres";

/** For tests: an index of its own over a chain, and what it settled. The caller closes the database. */
export async function testIndex(
  from: { client: PublicClient; deployment: Deployment },
  settled: ChainFact[] = [],
) {
  const database: TestDatabase = await testDatabase();
  const { db } = database.open("worker", 4);
  const indexer = openIndexer({
    ...from,
    db,
    finalityFile: undefined,
    settle: async (tx, facts) => {
      await project(tx, facts);
      settled.push(...facts);
    },
  });
  return { database, db, indexer, settled };
}

/** Everything that an index holds, without the clocks of its own making. */
export async function pictureOf(db: Db): Promise<string> {
  const { rows } = await db.execute<{ picture: unknown }>(sql`
    select json_build_object(
      'blocks', (select json_agg(json_build_array(number, hash, parent_hash, is_final) order by number) from chain.block),
      'logs', (select json_agg(json_build_array(block_number, block_hash, tx_hash, log_index, event, args, settled_at is not null)
                order by block_number, log_index) from chain.log),
      'fees', (select json_agg(f order by block_number, log_index) from chain.fee f),
      'operators', (select json_agg(o order by operator_id) from chain.operator o),
      'applications', (select json_agg(a order by controller) from chain.operator_application a),
      'changes', (select json_agg(c order by operator_id) from chain.operator_change c),
      'histories', (select json_agg(h order by block_number, log_index) from chain.operator_history h),
      'votes', (select json_agg(v order by epoch_number, digest, operator_id) from chain.epoch_vote v),
      'canaries', (select json_agg(c order by digest) from chain.canary c),
      'cursors', (select json_agg(json_build_array(name, block_number, block_hash) order by name) from chain.cursor)
    ) as picture`);
  return JSON.stringify(rows[0]?.picture);
}

/** One transaction with three logs of two contracts: a fee of a dollar for a root. */
export const payFee = (chain: TestChain) =>
  chain.send(20, {
    to: chain.deployment.contracts.epochManager,
    abi: epochManagerAbi,
    functionName: "requestDataValidation",
    args: [`0x${"ab".repeat(32)}`, 1_000_000n],
  });
