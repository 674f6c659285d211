import { finalizedBlockOf } from "@/lib/chain/finality";
import type { Job } from "@/lib/jobs/job";
import { canTravel } from "@/lib/seed/time-machine";

/** an outside chain keeps its own pace; a no may only mean that the chain was away */
let isOurs = false;

/** On the demo's chain blocks come only with transactions: empty ones are mined while one of ours waits to be final. */
export const mineWhileWaiting: Job = {
  name: "mine-while-waiting",
  everySeconds: 1,
  isDemoOnly: true,
  async run({ client }) {
    isOurs ||= await canTravel(client);
    if (!isOurs) return;
    const [head, final] = await Promise.all([
      client.getBlock(),
      finalizedBlockOf(client, undefined).then((block) => block?.number ?? 0n),
    ]);
    let waiting = head.number > final + 4n || head.transactions.length > 0;
    for (let number = head.number - 1n; !waiting && number > final; number--)
      waiting = (await client.getBlock({ blockNumber: number })).transactions.length > 0;
    if (waiting) await client.request({ method: "evm_mine" } as never);
  },
};
