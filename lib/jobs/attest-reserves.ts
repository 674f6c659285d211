import { encodeFunctionData } from "viem";
import { reserveRegistryAbi } from "@/lib/chain/abi";
import { enqueue } from "@/lib/chain/outbox";
import { failpoint } from "@/lib/failpoint";
import type { Job } from "@/lib/jobs/job";

/** Has the valuer attest all reserves well before the last statement goes stale, because a stale one stops minting. */
export const attestReserves: Job = {
  name: "attest-reserves",
  everySeconds: 5,
  async run({ db, client, deployment, valuer }, ctx) {
    const registry = { address: deployment.contracts.reserveRegistry, abi: reserveRegistryAbi } as const;
    const [last, maxAge, head] = await Promise.all([
      client.readContract({ ...registry, functionName: "lastAttestation" }),
      client.readContract({ ...registry, functionName: "maxAge" }),
      client.getBlock({ blockTag: "pending" }),
    ]);
    if (head.timestamp - last.asOf < maxAge / 4n) return;
    const { attestation, signature } = await valuer.signAttestation();
    failpoint("attest.signed");
    if (attestation.asOf <= last.asOf) return;
    await db.transaction((tx) =>
      enqueue(tx, {
        kind: "reserve.attest",
        businessKey: `attest:${deployment.contracts.reserveRegistry}:${attestation.asOf}`,
        sender: "issuer",
        to: registry.address,
        data: encodeFunctionData({ ...registry, functionName: "attest", args: [attestation, signature] }),
        requestId: ctx.requestId,
      }),
    );
    failpoint("attest.asked");
  },
};
