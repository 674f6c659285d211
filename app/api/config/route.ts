import { route } from "@/lib/auth/route";
import { deployment } from "@/lib/chain/deployment";
import { env } from "@/lib/env";
import { activeProfile } from "@/lib/state-profile/queries";

/** What the browser must know to run, read at run time so that one build serves every installation. */
export type PublicConfig = {
  mode: "demo" | "production";
  appUrl: string;
  chainId: number;
  contracts: ReturnType<typeof deployment>["contracts"];
  epochSeconds: number;
  unbondingSeconds: number;
  walletConnectProjectId: string | null;
  state: { code: string; name: string; timeZone: string };
  bankName: string;
  tokenName: string;
  tokenSymbol: string;
};

export const GET = route({ name: "config", access: "open" }, () => {
  const { chainId, contracts, epochSeconds, unbondingSeconds } = deployment();
  const profile = activeProfile();
  return Response.json({
    mode: env.mode,
    appUrl: env.appUrl,
    chainId,
    contracts,
    epochSeconds,
    unbondingSeconds,
    walletConnectProjectId: env.walletConnectProjectId ?? null,
    state: { code: profile.code, name: profile.name, timeZone: profile.timeZone },
    bankName: profile.bankName,
    tokenName: profile.tokenName,
    tokenSymbol: profile.tokenSymbol,
  } satisfies PublicConfig);
});
