import { sql } from "drizzle-orm";
import type { Address } from "viem";
import type { Cheat, Way } from "@/lib/cheats/play";
import { suspense, tokenControl, tokenSupply, walletMirror } from "@/lib/ledger/accounts";
import { post } from "@/lib/ledger/posting";
import { transfers } from "@/lib/ledger/transfer";
import { microsPerDollar } from "@/lib/money/math";

const amountMicros = 10_000n * microsPerDollar;
const keyOf = ({ id }: Cheat) => `cheat:${id}`;

/**
 * Books tokens to a wallet with nothing in custody behind them. The contract would not mint them, so the chain never did.
 * In the books and not in the chain's storage: blocks over a forged state keep its root for ever, and who starts a
 * validator later could not pass them; this is undone without a trace but its entries.
 */
export const mintInBooks: Way = {
  amountMicros,
  async play(tx, cheat, ctx) {
    const { rows } = await tx.execute<{ wallet: Address; profile: string }>(sql`
      SELECT address AS wallet, profile_id::text AS profile FROM bank.wallet
      WHERE status = 'verified' ORDER BY created_at, id LIMIT 1`);
    const [row] = rows;
    if (!row) return undefined;
    const holder = walletMirror({ wallet: row.wallet, profileId: row.profile });
    await post(tx, {
      key: keyOf(cheat),
      event: "cheat",
      actor: ctx.actor,
      requestId: ctx.requestId,
      transfers: transfers(
        { debit: suspense, credit: tokenSupply, amountMicros },
        { debit: tokenControl, credit: holder, amountMicros },
      ),
    });
    return { told: {}, kept: { wallet: row.wallet, profile: row.profile } };
  },
  async undo(tx, cheat, ctx) {
    const holder = walletMirror({
      wallet: cheat.kept.wallet as Address,
      profileId: cheat.kept.profile as string,
    });
    await post(tx, {
      key: `${keyOf(cheat)}:undone`,
      event: "cheat-undone",
      corrects: keyOf(cheat),
      actor: ctx.actor,
      requestId: ctx.requestId,
      transfers: transfers(
        { debit: tokenSupply, credit: suspense, amountMicros },
        { debit: holder, credit: tokenControl, amountMicros },
      ),
    });
  },
};
