import type { Config } from "wagmi";
import { switchChain } from "wagmi/actions";
import { chainOf } from "./wallet-config";
import type { PublicConfig } from "./wallet-store";

/** Asks the wallet to come to the bank's network, and tells it about the network when it does not know it. */
export async function switchToBankChain(wagmi: Config, config: PublicConfig) {
  const chain = chainOf(config);
  await switchChain(wagmi, {
    chainId: chain.id,
    addEthereumChainParameter: {
      chainName: chain.name,
      nativeCurrency: chain.nativeCurrency,
      rpcUrls: chain.rpcUrls.default.http,
    },
  });
}
