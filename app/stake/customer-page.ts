import { redirect } from "next/navigation";
import type { Actor, CommandContext } from "@/lib/auth/actor";
import { pageContext } from "@/lib/auth/page";

export type Customer = Extract<Actor, { kind: "customer" }> & { walletId: string; address: `0x${string}` };

/** The first line of every page behind the sign-in: whoever is no customer goes back to the connect page. */
export async function customerPage(): Promise<CommandContext & { actor: Customer }> {
  const ctx = await pageContext();
  const { actor } = ctx;
  if (actor.kind !== "customer" || !actor.walletId || !actor.address) redirect("/stake");
  return { ...ctx, actor: { ...actor, walletId: actor.walletId, address: actor.address } };
}
