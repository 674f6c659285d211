import { cookies, headers } from "next/headers";
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { dbFor } from "@/db/client";
import type { Actor, CommandContext } from "@/lib/auth/actor";
import { endSession } from "@/lib/auth/commands/end-session";
import { signInStaff } from "@/lib/auth/commands/sign-in-staff";
import { signInWithWallet } from "@/lib/auth/commands/sign-in-with-wallet";
import { deviceCookie, deviceDays, newDevice } from "@/lib/auth/device";
import { clientAddress, requestIdOf } from "@/lib/auth/request";
import { refusalOf } from "@/lib/auth/route";
import {
  actorOfSession,
  cookieName,
  revokeSessions,
  sessionIdFromCookie,
  sessionLimits,
} from "@/lib/auth/session";
import { env } from "@/lib/env";
import { signInsTotal } from "@/lib/metrics";

declare module "next-auth" {
  interface Session {
    /** null once the session has ended */
    actor: Pick<Actor, "kind"> & { address?: string; role?: string };
  }
  interface User {
    sid: string;
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    sid?: string;
  }
}

export const browserCookie = "granary.browser";

/**
 * The cookie only carries the number of a row; the row says who it is and whether it still counts.
 * Staff's is sent to no request that another site began.
 */
export function authOptions({ forStaff }: { forStaff: boolean }): NextAuthOptions {
  const secure = env.appUrl.startsWith("https:");
  return {
    secret: env.nextauthSecret,
    session: { strategy: "jwt", maxAge: sessionLimits.customer.absoluteMinutes * 60 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: secure,
    cookies: {
      sessionToken: {
        name: cookieName(),
        options: { httpOnly: true, sameSite: forStaff ? "strict" : "lax", path: "/", secure },
      },
    },
    providers: [
      CredentialsProvider({
        id: "siwe",
        name: "Wallet",
        credentials: { message: {}, signature: {} },
        authorize: (given) =>
          attempt("siwe", async (ctx, from) => {
            const jar = await cookies();
            const { sessionId } = await signInWithWallet(ctx, {
              message: text(given?.message),
              signature: text(given?.signature),
              browserSecret: jar.get(browserCookie)?.value,
              userAgent: from.get("user-agent") ?? undefined,
            });
            return sessionId;
          }),
      }),
      CredentialsProvider({
        id: "staff",
        name: "Staff",
        credentials: { email: {}, password: {} },
        authorize: (given) =>
          attempt("staff", async (ctx, from) => {
            const jar = await cookies();
            const email = text(given?.email);
            const username = email.trim().toLowerCase();
            const { sessionId } = await signInStaff(ctx, {
              email,
              password: text(given?.password),
              address: clientAddress(from),
              deviceCookie: jar.get(deviceCookie(username))?.value,
              userAgent: from.get("user-agent") ?? undefined,
            });
            jar.set(deviceCookie(username), newDevice(username), {
              httpOnly: true,
              sameSite: "strict",
              secure,
              path: "/api/auth",
              maxAge: deviceDays * 86_400,
            });
            return sessionId;
          }),
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { sid: user.sid } : { sid: token.sid }),
      async session({ session, token }) {
        const actor = token.sid ? await actorOfSession(dbFor("app"), token.sid) : null;
        const seen =
          actor?.kind === "customer"
            ? { kind: actor.kind, address: actor.address }
            : actor?.kind === "staff"
              ? { kind: actor.kind, role: actor.role }
              : { kind: "anonymous" as const };
        return { expires: session.expires, actor: seen };
      },
    },
    events: {
      async signOut({ token }) {
        const db = dbFor("app");
        const actor = token?.sid ? await actorOfSession(db, token.sid) : null;
        if (actor?.kind !== "customer" && actor?.kind !== "staff") return;
        await endSession({ actor, requestId: requestIdOf(await headers()), db }, "own");
      },
    },
    logger: { error() {}, warn() {}, debug() {} },
  };
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** next-auth sends the thrown message to the browser, so the message is a code and nothing else. */
async function attempt(
  way: "siwe" | "staff",
  open: (ctx: CommandContext, from: Headers) => Promise<string>,
): Promise<{ id: string; sid: string }> {
  const from = await headers();
  const requestId = requestIdOf(from);
  const ctx: CommandContext = { actor: { kind: "system", job: "sign-in" }, requestId, db: dbFor("app") };
  try {
    const before = await sessionIdFromCookie().catch(() => undefined);
    const sid = await open(ctx, from);
    if (before) await revokeSessions(ctx.db, { sessionId: before }, "system:sign-in");
    signInsTotal.inc({ way, outcome: "ok" });
    return { id: sid, sid };
  } catch (thrown) {
    const { code } = refusalOf(thrown, requestId, `sign-in ${way}`);
    signInsTotal.inc({ way, outcome: code });
    throw new Error(code);
  }
}
