import {
  encodeFunctionData,
  type Hex,
  hashMessage,
  isAddressEqual,
  parseAbi,
  recoverMessageAddress,
} from "viem";
import { inTransaction } from "@/db/transaction";
import { recordAudit } from "@/lib/audit/record";
import type { CommandContext } from "@/lib/auth/actor";
import { consumeNonce } from "@/lib/auth/nonce";
import { requirePermission } from "@/lib/auth/permissions";
import { insertSession } from "@/lib/auth/session";
import { readSignInMessage, type SignInClaim } from "@/lib/auth/siwe-message";
import { publicClient } from "@/lib/chain/client";
import { openProfile } from "@/lib/customers/commands/open-profile";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { requireOn } from "@/lib/switches/require";

export interface WalletSignIn {
  message: string;
  signature: string;
  /** the secret in the cookie of the browser that asked for the nonce */
  browserSecret: string | undefined;
  userAgent?: string;
}

/** One signature, one login: the nonce is used up in the transaction that opens the session. */
export async function signInWithWallet(
  ctx: CommandContext,
  input: WalletSignIn,
): Promise<{ sessionId: string; profileId: string }> {
  requirePermission(ctx.actor, "session:open");
  const claim = readSignInMessage(input.message, { appUrl: env.appUrl, chainId: env.chainId }, new Date());
  if (!/^0x([0-9a-fA-F]{2}){1,4096}$/.test(input.signature)) throw new AppError("sign_in_wrong_signature");
  if (!input.browserSecret) throw new AppError("sign_in_used");
  const { browserSecret } = input;
  if (!(await isSignedBy(claim, input.message, input.signature as Hex)))
    throw new AppError("sign_in_wrong_signature");

  return inTransaction(ctx.db, async (tx) => {
    await requireOn(tx, "sign_in");
    await consumeNonce(tx, { nonce: claim.nonce, browserSecret });
    const { profileId, walletId, address } = await openProfile(tx, ctx, { address: claim.address });
    const sessionId = await insertSession(
      tx,
      { kind: "customer", profileId, walletId, address, chainId: env.chainId },
      input.userAgent,
    );
    await recordAudit(tx, ctx, {
      command: "sign-in-with-wallet",
      subject: `profile:${profileId}`,
      permission: "session:open",
      detail: { sessionId, walletId },
    });
    return { sessionId, profileId };
  });
}

const erc1271 = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
/** what a contract answers that knows a signature as its own */
const yes = "0x1626ba7e".padEnd(66, "0");
/** Reading a stranger's contract costs the node no more than this. */
const mostGas = 1_000_000n;

/** A key's own signature needs no chain; a contract is asked there (ERC-1271), and no answer counts as no. */
async function isSignedBy({ address }: SignInClaim, message: string, signature: Hex): Promise<boolean> {
  if (signature.length === 132) {
    const signer = await recoverMessageAddress({ message, signature }).catch(() => undefined);
    if (signer && isAddressEqual(signer, address)) return true;
  }
  try {
    const { data } = await publicClient().call({
      to: address,
      data: encodeFunctionData({
        abi: erc1271,
        functionName: "isValidSignature",
        args: [hashMessage(message), signature],
      }),
      gas: mostGas,
    });
    return data === yes;
  } catch {
    return false;
  }
}
