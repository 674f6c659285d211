import NextAuth from "next-auth";
import { authOptions } from "@/lib/auth/auth-options";
import { route } from "@/lib/auth/route";
import { currentActor } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";

type Args = { params: Promise<{ nextauth: string[] }> };

/** Whether the cookie that may come of this is, or becomes, one of the staff's. */
async function forStaff(args: Args): Promise<boolean> {
  const { nextauth: steps } = await args.params;
  if (steps[0] === "callback") return steps[1] === "staff";
  return (await currentActor().catch(() => undefined))?.kind === "staff";
}

export const GET = route<Args>({ name: "auth", access: "open" }, async (request, _ctx, args) => {
  // Our ways to sign in are forms: next-auth itself fails on a callback that was only opened.
  if ((await args.params).nextauth[0] === "callback") throw new AppError("invalid_input");
  return NextAuth(request, args, authOptions({ forStaff: await forStaff(args) }));
});

export const POST = route<Args>({ name: "auth", access: "open" }, async (request, _ctx, args) => {
  if (!isForm(request.headers.get("content-type"))) throw new AppError("invalid_input");
  return NextAuth(request, args, authOptions({ forStaff: await forStaff(args) }));
});

const isForm = (type: string | null) => type?.split(";")[0]?.trim() === "application/x-www-form-urlencoded";
