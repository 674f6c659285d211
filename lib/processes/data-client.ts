import { type Address, createWalletClient, http, maxUint256 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { epochManagerAbi, stakingAbi, stateTokenAbi } from "@/lib/chain/abi";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { receiptOf } from "@/lib/chain/receipt-of";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { dataClientFile } from "@/lib/processes/data-client-file";
import { onStop, startLoop } from "@/lib/processes/lifecycle";
import { screenHtml, startSmallServer } from "@/lib/processes/small-server";
import { writeState } from "@/lib/processes/state-file";
import { dataFeeMicros, dataRoot } from "@/lib/validators/data-fee";

/**
 * Demo only: an outside client that pays to have a data root attested, about once an epoch while somebody stakes.
 * What it has paid for is read back from the chain, so that a restart neither skips nor doubles.
 */
if (!env.isDemo) throw new Error("The data client is a demo stand-in; production has real clients.");

const account = privateKeyToAccount(env.dataClientKey);
const client = publicClient();
const wallet = createWalletClient({ account, chain: client.chain, transport: http(env.chainRpcUrl) });
const pauseMs = 2_000;
// the bank's worker opens the account of whoever stands here
writeState(dataClientFile(env.home), { address: account.address });
let last: { epoch: bigint; feeMicros: bigint } | undefined;
let balanceMicros = 0n;
let waitingFor = "starting";

const token = () => ({ address: deployment().contracts.stateToken, abi: stateTokenAbi }) as const;
const manager = () => ({ address: deployment().contracts.epochManager, abi: epochManagerAbi }) as const;

async function confirmed(hash: `0x${string}`): Promise<void> {
  const receipt = await receiptOf(client, hash, { patienceMs: 20_000, everyMs: 200 });
  if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
}

async function alreadyPaid(epoch: bigint): Promise<boolean> {
  const root = dataRoot(epoch);
  const requests = await client.getContractEvents({
    ...manager(),
    eventName: "DataValidationRequested",
    args: { client: account.address },
    fromBlock: BigInt(deployment().deployedAtBlock),
  });
  return requests.some((request) => request.args.dataRoot === root);
}

async function payOnce(): Promise<undefined> {
  const staking = { address: deployment().contracts.staking, abi: stakingAbi } as const;
  const spender: Address = manager().address;
  const [staked, epoch, balance, allowance, coin] = await Promise.all([
    client.readContract({ ...staking, functionName: "totalStaked" }),
    client.readContract({ ...staking, functionName: "currentEpoch" }),
    client.readContract({ ...token(), functionName: "balanceOf", args: [account.address] }),
    client.readContract({ ...token(), functionName: "allowance", args: [account.address, spender] }),
    client.getBalance({ address: account.address }),
  ]);
  balanceMicros = balance;
  const feeMicros = dataFeeMicros(epoch);
  if (last?.epoch === epoch) waitingFor = "the next epoch";
  else if (staked === 0n) waitingFor = "somebody to stake";
  else if (coin === 0n) waitingFor = "coin for network fees";
  else if (balance < feeMicros) waitingFor = "tokens: a top-up conversion is due";
  else {
    if (!(await alreadyPaid(epoch))) {
      if (allowance < feeMicros)
        await confirmed(
          await wallet.writeContract({
            ...token(),
            functionName: "approve",
            args: [spender, maxUint256],
            chain: client.chain,
          }),
        );
      await confirmed(
        await wallet.writeContract({
          ...manager(),
          functionName: "requestDataValidation",
          args: [dataRoot(epoch), feeMicros],
          chain: client.chain,
        }),
      );
    }
    last = { epoch, feeMicros };
    waitingFor = "the next epoch";
  }
  return undefined;
}

const server = await startSmallServer({
  port: env.port,
  routes: [
    { method: "GET", path: /^\/livez$/, handle: () => ({ text: "ok" }) },
    {
      method: "GET",
      path: /^\/status$/,
      handle: () => ({ json: { address: account.address, balanceMicros, last, waitingFor } }),
    },
    {
      method: "GET",
      path: /^\/$/,
      handle: () => {
        return {
          html: screenHtml({
            title: "Data client",
            label: "Demo stand-in",
            lead: "Plays a company that pays the validators to attest its data. What it pays is what stakers earn.",
            facts: [
              ["Wallet", account.address],
              ["Tokens (micros)", balanceMicros.toString()],
              [
                "Last paid",
                last
                  ? `${last.feeMicros} micros in epoch ${last.epoch}`
                  : "nothing since this process started",
              ],
              ["Waiting for", waitingFor],
            ],
          }),
        };
      },
    },
  ],
});
const loop = startLoop("data client", pauseMs, payOnce);
log.info({ port: env.port, wallet: account.address }, "data client listens");
onStop(async () => {
  server.closeAllConnections();
  server.close();
  await loop.stop();
});
