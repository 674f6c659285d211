"use server";

import { z } from "zod";
import { customerAction } from "@/lib/auth/action-clients";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { AppError } from "@/lib/errors";
import { grantNetworkCoin } from "@/lib/staking/commands/grant-network-coin";

const refusals = { too_soon: "rate_limited", not_verified: "not_verified" } as const;

/** Coin for network steps, for the wallet that is signed in and no other. */
export const requestCoin = customerAction
  .metadata({ name: "request coin" })
  .inputSchema(z.void())
  .action(async ({ ctx }) => {
    const { walletId } = ctx.actor;
    if (!walletId) throw new AppError("sign_in_required");
    const { outcome } = await grantNetworkCoin(ctx.command, {
      walletId,
      client: publicClient(),
      deployment: deployment(),
    });
    if (outcome === "too_soon" || outcome === "not_verified") throw new AppError(refusals[outcome]);
    return { outcome };
  });
