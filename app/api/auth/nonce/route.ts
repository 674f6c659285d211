import { randomBytes } from "node:crypto";
import { cookies } from "next/headers";
import { browserCookie } from "@/lib/auth/auth-options";
import { issueNonce } from "@/lib/auth/nonce";
import { RateLimit } from "@/lib/auth/rate-limit";
import { clientAddress } from "@/lib/auth/request";
import { route } from "@/lib/auth/route";
import { signInStatement } from "@/lib/auth/siwe-message";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

const limit = new RateLimit({ burst: 60, perSecond: 2, maxCallers: 10_000 });

/** A nonce for one sign-in, and everything else the message must say. */
export const GET = route({ name: "auth nonce", access: "open" }, async (request, ctx) => {
  if (!limit.take(clientAddress(request.headers), 1, Date.now())) throw new AppError("rate_limited");
  const jar = await cookies();
  const known = jar.get(browserCookie)?.value;
  const secret = known && /^[\w-]{43}$/.test(known) ? known : randomBytes(32).toString("base64url");
  const nonce = await issueNonce(ctx.db, secret);
  jar.set(browserCookie, secret, {
    httpOnly: true,
    sameSite: "strict",
    secure: env.appUrl.startsWith("https:"),
    path: "/api/auth",
    maxAge: 10 * 60,
  });
  return Response.json({
    nonce,
    appUrl: env.appUrl,
    chainId: env.chainId,
    statement: signInStatement,
    now: new Date().toISOString(),
  });
});
