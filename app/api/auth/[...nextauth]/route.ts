import NextAuth from "next-auth";
import { authOptions } from "@/lib/auth/auth-options";
import { route } from "@/lib/auth/route";

type Args = { params: Promise<{ nextauth: string[] }> };

export const GET = route<Args>({ name: "auth", access: "open" }, (request, _ctx, args) =>
  NextAuth(request, args, authOptions()),
);

export const POST = route<Args>({ name: "auth", access: "open" }, (request, _ctx, args) =>
  NextAuth(request, args, authOptions()),
);
