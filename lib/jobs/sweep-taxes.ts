import { encodeFunctionData } from "viem";
import { epochManagerAbi, payoutSplitterAbi, stakingAbi } from "@/lib/chain/abi";
import { enqueue } from "@/lib/chain/outbox";
import { failpoint } from "@/lib/failpoint";
import type { Job } from "@/lib/jobs/job";
import { microsPerDollar } from "@/lib/money/math";
import { bankTime } from "@/lib/state-profile/queries";

const leastMicros = microsPerDollar;
const windowSeconds = 10 * 60;

/** Moves withheld tax from the splitter's counters to the TaxVault, and operators' fees and what they are owed for canaries to them: once a window at most. */
export const sweepTaxes: Job = {
  name: "sweep-taxes",
  everySeconds: 60,
  async run({ db, client, deployment }, ctx) {
    const splitter = { address: deployment.contracts.payoutSplitter, abi: payoutSplitterAbi } as const;
    const [unswept, operatorIds] = await Promise.all([
      client.readContract({ ...splitter, functionName: "unswept" }),
      client.readContract({
        address: deployment.contracts.staking,
        abi: stakingAbi,
        functionName: "operatorIds",
      }),
    ]);
    const fees = await Promise.all(
      operatorIds.map((id) => client.readContract({ ...splitter, functionName: "operatorFees", args: [id] })),
    );
    const manager = { address: deployment.contracts.epochManager, abi: epochManagerAbi } as const;
    const caught = await Promise.all(
      operatorIds.map((id) => client.readContract({ ...manager, functionName: "canaryOwed", args: [id] })),
    );
    const slot = Math.floor((await bankTime(db)).getTime() / 1000 / windowSeconds);
    const base = { sender: "remitter", to: splitter.address, requestId: ctx.requestId } as const;
    await db.transaction(async (tx) => {
      if (unswept.reduce((sum, level) => sum + level, 0n) >= leastMicros)
        await enqueue(tx, {
          ...base,
          kind: "tax.sweep",
          businessKey: `tax-sweep:${slot}`,
          data: encodeFunctionData({ ...splitter, functionName: "sweep" }),
        });
      for (const [i, id] of operatorIds.entries()) {
        if ((caught[i] ?? 0n) > 0n)
          await enqueue(tx, {
            ...base,
            to: manager.address,
            kind: "canary-reward.pay",
            businessKey: `canary-reward:${id}:${slot}`,
            data: encodeFunctionData({ ...manager, functionName: "payCanaryReward", args: [id] }),
          });
        if ((fees[i] ?? 0n) < leastMicros) continue;
        await enqueue(tx, {
          ...base,
          kind: "operator-fee.pay",
          businessKey: `operator-fee:${id}:${slot}`,
          data: encodeFunctionData({ ...splitter, functionName: "payOperatorFee", args: [id] }),
        });
      }
    });
    failpoint("tax-sweep.asked");
  },
};
