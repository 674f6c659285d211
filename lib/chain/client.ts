import { createPublicClient, defineChain, http, type PublicClient } from "viem";
import { env } from "@/lib/env";

/** A reading client of one chain. No signing client exists outside the signer process. */
export function chainClient(input: { rpcUrl: string; chainId: number; timeoutMs?: number }): PublicClient {
  const chain = defineChain({
    id: input.chainId,
    name: "State network",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [input.rpcUrl] } },
  });
  return createPublicClient({
    chain,
    // a short cache would show a head that has moved on
    cacheTime: 0,
    pollingInterval: 200,
    transport: http(input.rpcUrl, {
      batch: { batchSize: 200, wait: 0 },
      retryCount: 1,
      fetchOptions: { redirect: "error" },
      timeout: input.timeoutMs ?? 10_000,
    }),
  }) as PublicClient;
}

let shared: PublicClient | undefined;

/** The client of the chain this installation runs on. */
export function publicClient(): PublicClient {
  shared ??= chainClient({ rpcUrl: env.chainRpcUrl, chainId: env.chainId });
  return shared;
}
