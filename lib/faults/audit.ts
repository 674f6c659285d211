import { readdirSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { wholeBackups } from "@/lib/backups/keep";
import { finalEpochs } from "@/lib/epochs/final-epochs";
import type { Promised } from "@/lib/faults/steps";
import type { Town } from "@/lib/faults/town";
import { jobContext } from "@/lib/jobs/job";
import { verifyAnchoredBooks } from "@/lib/ledger/seal/verify-books";
import { reconcile } from "@/lib/reconciliation/commands/reconcile";

/** What is lost, doubled or left open, in words; nothing: the books, the chain and what was promised agree. */
export async function findings(town: Town, promised: Promised): Promise<string[]> {
  const { chain, owner } = town;
  const found: string[] = [];
  const rows = async <T extends Record<string, unknown>>(query: ReturnType<typeof sql>): Promise<T[]> =>
    (await owner.execute(query)).rows as T[];
  const count = async (what: string, expected: number, query: ReturnType<typeof sql>) => {
    const [row] = await rows<{ n: string }>(query);
    if (Number(row?.n) !== expected) found.push(`${what}: ${row?.n}, promised ${expected}`);
  };

  for (const { finding } of await rows<{ finding: string }>(sql`select finding from ledger.verify()`))
    found.push(finding);
  const sealed = await verifyAnchoredBooks(owner, join(town.env.GRANARY_HOME as string, "seals"), {
    epochs: await finalEpochs(chain.client, chain.deployment),
  });
  found.push(...sealed.findings.map(({ what }) => what));

  const backups = join(town.env.GRANARY_HOME as string, "backups");
  const whole = wholeBackups(backups);
  if (whole.length !== 2 || readdirSync(backups).length !== 2)
    found.push(`backups: ${readdirSync(backups)}, of which whole: ${whole}`);

  await count(
    "transfers",
    promised.transfers,
    sql`select count(*) n from bank.dollar_transfer where state = 'settled'`,
  );
  await count("transfers in all", promised.transfers, sql`select count(*) n from bank.dollar_transfer`);
  await count(
    "conversions minted",
    promised.minted,
    sql`select count(*) n from bank.issuance where state = 'minted'`,
  );
  await count(
    "conversions refunded",
    promised.refunded,
    sql`select count(*) n from bank.issuance where state = 'refunded'`,
  );
  await count(
    "conversions in all",
    promised.minted + promised.refunded,
    sql`select count(*) n from bank.issuance`,
  );
  await count(
    "tokens issued on chain",
    promised.minted,
    sql`select count(*) n from chain.log where event = 'Issued' and settled_at is not null`,
  );
  await count(
    "redemptions released",
    promised.redeemed,
    sql`select count(*) n from bank.redemption where state = 'released'`,
  );
  await count("redemptions in all", promised.redeemed, sql`select count(*) n from bank.redemption`);
  await count(
    "wallets registered",
    promised.registered,
    sql`select count(*) n from bank.identity_application a join bank.wallet w on w.id = a.wallet_id where a.state = 'approved' and w.status = 'verified'`,
  );
  await count(
    "grants",
    promised.grants + promised.registered,
    sql`select count(*) n from chain.outbox_intent where kind = 'faucet.grant' and state = 'final'`,
  );
  for (const [profileId, micros] of promised.depositMicros) {
    const [row] = await rows<{ micros: string }>(
      sql`select coalesce(sum(credits_micros - debits_micros), 0)::text as micros from ledger.account where class = 'dollar_deposit' and profile_id = ${profileId}`,
    );
    if (BigInt(row?.micros ?? 0) !== micros)
      found.push(`deposit of ${profileId}: ${row?.micros} micros, promised ${micros}`);
  }
  await count("dollars on hold", 0, sql`select coalesce(sum(amount_micros), 0) n from ledger.open_hold`);

  for (const { kind, state } of await rows<{ kind: string; state: string }>(
    sql`select kind, state from chain.outbox_intent where state not in ('final', 'reverted', 'cancelled')`,
  ))
    found.push(`intent ${kind} is still ${state}`);
  const expectedReverts = promised.refunded;
  await count(
    "intents that failed",
    expectedReverts,
    sql`select count(*) n from chain.outbox_intent where state in ('reverted', 'cancelled')`,
  );
  found.push(...(await effectsOnChain(town)));

  const books = await reconcile(jobContext(town.database.open("worker", 1).db, "reconcile-books"), {
    client: chain.client,
    deployment: chain.deployment,
  });
  if (books?.outcome !== "equal")
    found.push(
      `chain and ledger: ${JSON.stringify(books?.differences, (_, v) => (typeof v === "bigint" ? String(v) : v))}`,
    );
  return found;
}

/** Each intent executed at most once, each nonce used by exactly one of our transactions. */
async function effectsOnChain({ chain, owner }: Town): Promise<string[]> {
  const found: string[] = [];
  const { rows: attempts } = await owner.execute<{
    intent: string;
    purpose: string;
    hash: `0x${string}`;
    state: string;
  }>(
    sql`select a.intent_id as intent, a.purpose, a.tx_hash as hash, i.state from chain.outbox_attempt a join chain.outbox_intent i on i.id = a.intent_id`,
  );
  const executed = new Map<string, number>();
  let mined = 0;
  for (const { intent, purpose, hash } of attempts) {
    const receipt = await chain.client.getTransactionReceipt({ hash }).catch(() => undefined);
    if (!receipt) continue;
    mined += 1;
    if (purpose !== "cancel") executed.set(intent, (executed.get(intent) ?? 0) + 1);
  }
  for (const [intent, times] of executed)
    if (times > 1) found.push(`intent ${intent} happened ${times} times`);
  for (const { intent, state } of attempts)
    if (state === "final" && executed.get(intent) !== 1) found.push(`final intent ${intent} never happened`);
  const { rows: nonces } = await owner.execute<{ address: `0x${string}`; sender: string; next: string }>(
    sql`select address, sender, next_nonce::text as next from chain.nonce`,
  );
  let used = 0;
  for (const { address, sender, next } of nonces) {
    const onChain = await chain.client.getTransactionCount({ address });
    if (BigInt(onChain) !== BigInt(next)) found.push(`${sender} has sent ${onChain}, the table says ${next}`);
    const [first] = (
      await owner.execute<{ first: string }>(
        sql`select coalesce(min(nonce), ${next}::bigint)::text as first from chain.outbox_attempt where sender = ${address}`,
      )
    ).rows;
    used += Number(next) - Number(first?.first);
  }
  if (used !== mined) found.push(`${used} nonces used, ${mined} transactions of ours mined`);
  return found;
}
