import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { type Address, type Hex, keccak256, type PublicClient } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { Db, Executor } from "@/db/client";
import { nonce as nonceTable, outboxAttempt, outboxIntent } from "@/db/schema/chain";
import { origin } from "@/db/schema/installation";
import { hasActBehind } from "@/lib/chain/act-behind";
import type { Deployment } from "@/lib/chain/addresses";
import { checkCall, type Sender, senders } from "@/lib/chain/allow-list";
import { finalizedBlockOf } from "@/lib/chain/finality";
import { revertIn } from "@/lib/chain/revert";
import { failpoint } from "@/lib/failpoint";
import { log } from "@/lib/log";

type IntentRow = typeof outboxIntent.$inferSelect;
type AttemptRow = typeof outboxAttempt.$inferSelect;

export interface SignerConfig {
  db: Db;
  client: PublicClient;
  deployment: Deployment;
  finalityFile: string | undefined;
  keys: Partial<Record<Sender, Hex>>;
}

/** Whether anything may be sent; the first look at restored books answers no (bank.may_send). */
export async function maySend(db: Db): Promise<boolean> {
  const { rows } = await db.execute<{ may: boolean }>(sql`select bank.may_send() as may`);
  return rows[0]?.may ?? false;
}

/** Somebody else signs with the bank's key, or the database is older than the chain: nothing more is sent. */
export class UnknownSigner extends Error {
  override name = "UnknownSigner";
}

export interface Signer {
  /** compares nonces with the chain; throws UnknownSigner when the chain is ahead */
  start(): Promise<void>;
  /** one round: what is under way is followed, then a few queued intents are signed; true when there was work */
  step(): Promise<boolean>;
}

const resendAfterMs = 2_000;
const replaceAfterMs = 30_000;
const replaceAfterBlocks = 3n;
const giveUpEstimatingAfterMs = 10 * 60_000;
const estimateAgainAfterMs = 2_000;
const feeCapTimes = 5n;
/** a transaction that hangs at the cap is given up; its cancel must outbid it, and may itself be outbid a few times */
const cancelCapTimes = 8n;
const cancelGas = 21_000n;
const takenPerStep = 10;
/** these reverts pass by themselves: the intent waits in the queue instead of failing */
const passing =
  /^(StaleAttestation|BooksNotFinal|MintCapReached|RateLimit\w*|EnforcedPause|TooEarly|RateChangePending)\b/;

/**
 * Sends the bank's transactions, each intent at most once (RELIABILITY 3.1): nonce, signature and raw bytes are stored
 * in one database transaction before anything is broadcast; broadcasting is re-sending stored bytes; an intent gets a
 * new nonce only when a cancel of ours has consumed its old one at finalized depth.
 */
export function openSigner(config: SignerConfig): Signer {
  const { db, client, deployment } = config;
  const accounts = new Map<Sender, PrivateKeyAccount>();
  for (const sender of senders) {
    const key = config.keys[sender];
    if (key) accounts.set(sender, privateKeyToAccount(key));
  }
  const lower = (address: Address) => address.toLowerCase() as Address;
  /** when a queued intent may be estimated again; lost with the process, which only means: at once */
  const estimateAt = new Map<string, number>();
  const seenAtBlock = new Map<string, bigint>();

  async function start(): Promise<void> {
    for (const [sender, account] of accounts) {
      const countAt = async (blockTag: "latest" | "pending") =>
        BigInt(await client.getTransactionCount({ address: account.address, blockTag }));
      const [mined, waiting] = await Promise.all([countAt("latest"), countAt("pending")]);
      // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
      const onChain = waiting > mined ? waiting : mined;
      const inserted = await db
        .insert(nonceTable)
        .values({
          chainId: deployment.chainId,
          address: lower(account.address),
          sender,
          nextNonce: onChain,
        })
        .onConflictDoNothing()
        .returning();
      const [row] =
        inserted.length > 0 ? inserted : await db.select().from(nonceTable).where(nonceOf(account.address));
      if (!row || onChain <= row.nextNonce) continue;
      if (await wereRestoredSince(row.updatedAt)) {
        log.warn(
          { sender, from: String(row.nextNonce), to: String(onChain) },
          "restored: numbers taken from the chain",
        );
        await db
          .update(nonceTable)
          .set({ nextNonce: onChain, updatedAt: sql`clock_timestamp()` })
          .where(nonceOf(account.address));
      } else
        throw new UnknownSigner(
          `${sender} ${account.address} has sent ${onChain} transactions, the database knows ${row.nextNonce}`,
        );
    }
  }

  /** People have compared restored books with the chain before anything is sent, so what it has was ours. */
  async function wereRestoredSince(at: Date): Promise<boolean> {
    const origins = await db.select().from(origin);
    return origins.length > 1 && origins.some(({ noticedAt }) => noticedAt > at);
  }

  const nonceOf = (address: Address) =>
    and(eq(nonceTable.chainId, deployment.chainId), eq(nonceTable.address, lower(address)));

  async function step(): Promise<boolean> {
    let worked = await follow();
    for (let n = 0; n < takenPerStep && (await takeOne()); n++) worked = true;
    return worked;
  }

  /** Rows carry the database's time; this process's clock may be another. */
  async function databaseTime(): Promise<number> {
    const { rows } = await db.execute<{ ms: string }>(
      sql`select extract(epoch from clock_timestamp()) * 1000 as ms`,
    );
    return Number(rows[0]?.ms);
  }

  // ---- what is under way

  async function follow(): Promise<boolean> {
    const open = await db
      .select()
      .from(outboxIntent)
      .where(
        and(
          eq(outboxIntent.chainId, deployment.chainId),
          inArray(outboxIntent.state, ["signed", "sent", "mined"]),
        ),
      )
      .orderBy(asc(outboxIntent.createdAt));
    if (open.length === 0) return false;
    const attempts = await db
      .select()
      .from(outboxAttempt)
      .where(
        inArray(
          outboxAttempt.intentId,
          open.map((intent) => intent.id),
        ),
      )
      // each replacement pays more, so the fee says which is the latest, whatever the database's clock did
      .orderBy(asc(outboxAttempt.nonce), asc(outboxAttempt.maxFeePerGasWei));
    const finalized = (await finalizedBlockOf(client, config.finalityFile))?.number ?? -1n;
    const now = await databaseTime();
    let moved = false;
    // lowest nonce first, so that a chain that lost blocks gets them back in order
    const order = (intent: IntentRow) => attempts.findLast((a) => a.intentId === intent.id)?.nonce ?? 0n;
    for (const intent of open.sort((a, b) => Number(order(a) - order(b)))) {
      const own = attempts.filter((attempt) => attempt.intentId === intent.id);
      // what a cancel ended stays ended: only the last nonce can still happen
      const current = own.filter((attempt) => attempt.nonce === own.at(-1)?.nonce);
      moved = (await followOne(intent, current, finalized, now)) || moved;
    }
    return moved;
  }

  async function followOne(
    intent: IntentRow,
    attempts: AttemptRow[],
    finalized: bigint,
    now: number,
  ): Promise<boolean> {
    for (const attempt of attempts) {
      const receipt = await client.getTransactionReceipt({ hash: attempt.txHash }).catch((error: Error) => {
        if (error.name === "TransactionReceiptNotFoundError") return undefined;
        throw error;
      });
      if (!receipt) continue;
      failpoint("signer.receipt-seen");
      const isFinal = receipt.blockNumber <= finalized;
      if (!isFinal && intent.state === "mined" && intent.blockNumber === receipt.blockNumber) return false;
      if (attempt.purpose === "cancel") {
        if (isFinal) await settle(intent, { state: "queued", txHash: null, blockNumber: null });
        return isFinal;
      }
      if (!isFinal)
        await settle(intent, { state: "mined", txHash: attempt.txHash, blockNumber: receipt.blockNumber });
      else if (receipt.status === "success")
        await settle(intent, { state: "final", txHash: attempt.txHash, blockNumber: receipt.blockNumber });
      else
        await settle(intent, {
          state: "reverted",
          txHash: attempt.txHash,
          blockNumber: receipt.blockNumber,
          error: await reasonOf(intent, attempt, receipt.blockNumber),
        });
      return true;
    }
    if (intent.state === "mined") await settle(intent, { state: "sent", blockNumber: null });
    const last = attempts.at(-1);
    if (!last) throw new Error(`intent ${intent.id} is ${intent.state} without stored bytes`);
    await assertNonceIsOurs(last, finalized);
    if (last.sentAt && now - last.sentAt.getTime() < resendAfterMs) return false;
    await broadcast(intent, last);
    return await replaceIfStuck(intent, attempts, now);
  }

  /** A consumed nonce whose transaction none of our stored hashes explains is another signer's. */
  async function assertNonceIsOurs(attempt: AttemptRow, finalized: bigint): Promise<void> {
    if (finalized < 0n) return;
    const used = await client
      .getTransactionCount({ address: attempt.sender, blockNumber: finalized })
      .catch(() => undefined);
    if (used === undefined || BigInt(used) <= attempt.nonce) return;
    const known = await db
      .select({ hash: outboxAttempt.txHash })
      .from(outboxAttempt)
      .where(
        and(
          eq(outboxAttempt.chainId, deployment.chainId),
          eq(outboxAttempt.sender, attempt.sender),
          eq(outboxAttempt.nonce, attempt.nonce),
        ),
      );
    for (const { hash } of known) {
      const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined);
      if (receipt) return;
    }
    throw new UnknownSigner(`nonce ${attempt.nonce} of ${attempt.sender} was used by a transaction not ours`);
  }

  async function broadcast(intent: IntentRow, attempt: AttemptRow): Promise<void> {
    let answer = "accepted";
    try {
      await client.sendRawTransaction({ serializedTransaction: attempt.rawTransaction });
    } catch (error) {
      // "already known" and "nonce too low" are looked into by the next round's receipts, never answered with a new nonce
      answer = (error as { details?: string; message: string }).details ?? (error as Error).message;
      if (!/already (known|imported)|nonce too low/i.test(answer))
        log.warn({ intent: intent.id, kind: intent.kind, answer }, "broadcast was refused");
    }
    failpoint("signer.broadcast");
    await db
      .update(outboxAttempt)
      .set({ sentAt: sql`clock_timestamp()`, answer: answer.slice(0, 500) })
      .where(eq(outboxAttempt.id, attempt.id));
    failpoint("signer.answer-kept");
    if (intent.state === "signed" && answer === "accepted") await settle(intent, { state: "sent" });
  }

  /**
   * Every few blocks the same nonce again, both fees an eighth higher and never above five times what the chain
   * suggests. What hangs even there is cancelled: nothing to ourselves under the same nonce, so that what queues behind
   * it goes on; the intent is signed anew only once that cancel is final.
   */
  async function replaceIfStuck(intent: IntentRow, attempts: AttemptRow[], now: number): Promise<boolean> {
    const last = attempts.at(-1) as AttemptRow;
    const head = await client.getBlockNumber({ cacheTime: 0 });
    const since = seenAtBlock.get(last.txHash);
    if (since === undefined) seenAtBlock.set(last.txHash, head);
    if (since === undefined || head - since < replaceAfterBlocks) return false;
    if (now - last.createdAt.getTime() < replaceAfterMs) return false;
    const suggested = await suggestedFees();
    const raise = (fee: bigint, suggestion: bigint) => {
      const raised = fee + fee / 8n + 1n;
      return raised > suggestion ? raised : suggestion;
    };
    const fees = {
      maxFeePerGas: raise(last.maxFeePerGasWei, suggested.maxFeePerGas),
      maxPriorityFeePerGas: raise(last.maxPriorityFeePerGasWei, suggested.maxPriorityFeePerGas),
    };
    const within = (times: bigint) =>
      fees.maxFeePerGas <= suggested.maxFeePerGas * times &&
      fees.maxPriorityFeePerGas <= suggested.maxPriorityFeePerGas * times;
    const purpose = last.purpose === "cancel" || !within(feeCapTimes) ? "cancel" : "replace";
    if (purpose === "cancel" && !within(cancelCapTimes)) return false;
    const account = accounts.get(intent.sender as Sender);
    if (!account) return false;
    const again = await db.transaction(async (tx) => {
      const [locked] = await tx
        .select()
        .from(outboxIntent)
        .where(and(eq(outboxIntent.id, intent.id), inArray(outboxIntent.state, ["signed", "sent"])))
        .for("update", { skipLocked: true });
      if (!locked || (purpose === "replace" && (await refusalOf(tx, locked)))) return undefined;
      const gas = purpose === "cancel" ? cancelGas : last.gasLimit;
      return await storeSigned(tx, account, locked, { nonce: last.nonce, gas, purpose, ...fees });
    });
    if (!again) return false;
    if (purpose === "cancel")
      log.warn({ intent: intent.id, kind: intent.kind, nonce: String(last.nonce) }, "hangs and is cancelled");
    failpoint("signer.replacement-committed");
    await broadcast(intent, again);
    return true;
  }

  async function settle(intent: IntentRow, set: Partial<IntentRow>): Promise<void> {
    await db
      .update(outboxIntent)
      .set({ ...set, updatedAt: sql`clock_timestamp()` as never })
      .where(and(eq(outboxIntent.id, intent.id), eq(outboxIntent.state, intent.state)));
    failpoint("signer.settled");
    if (set.state)
      log.info({ intent: intent.id, kind: intent.kind, state: set.state, error: set.error }, "intent");
    Object.assign(intent, set);
  }

  async function reasonOf(intent: IntentRow, attempt: AttemptRow, blockNumber: bigint): Promise<string> {
    try {
      await client.call({
        account: attempt.sender,
        to: intent.to,
        data: intent.data,
        value: intent.valueWei,
        blockNumber: blockNumber - 1n,
      });
      return "reverted when mined";
    } catch (error) {
      return revertIn(error) ?? "reverted when mined";
    }
  }

  // ---- what is queued

  async function takeOne(): Promise<boolean> {
    const before = sql`(select p.state from chain.outbox_intent p where p.id = ${outboxIntent.afterIntentId})`;
    const queued = await db
      .select({ intent: outboxIntent, before: sql<string | null>`${before}` })
      .from(outboxIntent)
      .where(and(eq(outboxIntent.chainId, deployment.chainId), eq(outboxIntent.state, "queued")))
      .orderBy(asc(outboxIntent.createdAt))
      .limit(50);
    for (const { intent, before: predecessor } of queued) {
      if (!accounts.has(intent.sender as Sender)) continue;
      if (predecessor === "reverted" || predecessor === "cancelled") {
        await settle(intent, { state: "cancelled", error: "the intent it had to follow failed" });
        return true;
      }
      if (intent.afterIntentId && predecessor !== "mined" && predecessor !== "final") continue;
      if ((estimateAt.get(intent.id) ?? 0) > performance.now()) continue;
      if (await take(intent)) return true;
    }
    return false;
  }

  /** Why the bank's key does not sign this. */
  async function refusalOf(executor: Executor, intent: IntentRow): Promise<string | undefined> {
    const verdict = checkCall(deployment, { ...intent, sender: intent.sender as Sender });
    if (!verdict.allowed) return verdict.reason;
    const { name, args } = verdict;
    return (await hasActBehind(executor, { intentId: intent.id, name, args })) ? undefined : "no_act_behind";
  }

  async function take(intent: IntentRow): Promise<boolean> {
    const account = accounts.get(intent.sender as Sender) as PrivateKeyAccount;
    const reason = await refusalOf(db, intent);
    if (reason) {
      log.error({ intent: intent.id, reason }, "an intent that the bank's keys do not sign was refused");
      await settle(intent, { state: "cancelled", error: `refused by the signer: ${reason}` });
      return true;
    }
    let gas: bigint;
    try {
      gas = await client.estimateGas({
        account: account.address,
        to: intent.to,
        data: intent.data,
        value: intent.valueWei,
        blockTag: "pending",
      });
    } catch (error) {
      const revert = revertIn(error);
      if (revert === undefined) throw error;
      const age = (await databaseTime()) - intent.createdAt.getTime();
      if (passing.test(revert) && age < giveUpEstimatingAfterMs) {
        estimateAt.set(intent.id, performance.now() + estimateAgainAfterMs);
        if (intent.error !== revert) await settle(intent, { error: revert });
        return false;
      }
      // nothing was signed, so nothing can still happen on the chain
      await settle(intent, { state: "reverted", error: revert });
      return true;
    }
    const fees = await suggestedFees();
    const stored = await db.transaction(async (tx) => {
      const [locked] = await tx
        .select()
        .from(outboxIntent)
        .where(and(eq(outboxIntent.id, intent.id), eq(outboxIntent.state, "queued")))
        .for("update", { skipLocked: true });
      // asked again of the locked row: it may have been changed since it was first read
      if (!locked || (await refusalOf(tx, locked))) return undefined;
      const [taken] = await tx
        .update(nonceTable)
        .set({ nextNonce: sql`${nonceTable.nextNonce} + 1`, updatedAt: sql`clock_timestamp()` })
        .where(nonceOf(account.address))
        .returning({ next: nonceTable.nextNonce });
      if (!taken) throw new Error(`no nonce row for ${account.address}: start() has not run`);
      failpoint("signer.nonce-taken");
      const attempt = await storeSigned(tx, account, locked, {
        nonce: taken.next - 1n,
        gas: gas + gas / 4n + 15_000n,
        purpose: "send",
        ...fees,
      });
      await tx
        .update(outboxIntent)
        .set({ state: "signed", error: null, txHash: attempt.txHash, updatedAt: sql`clock_timestamp()` })
        .where(eq(outboxIntent.id, intent.id));
      failpoint("signer.bytes-stored");
      return attempt;
    });
    if (!stored) return false;
    failpoint("signer.committed");
    await broadcast({ ...intent, state: "signed" }, stored);
    return true;
  }

  async function storeSigned(
    tx: Parameters<Parameters<Db["transaction"]>[0]>[0],
    account: PrivateKeyAccount,
    intent: IntentRow,
    how: {
      nonce: bigint;
      gas: bigint;
      purpose: AttemptRow["purpose"];
      maxFeePerGas: bigint;
      maxPriorityFeePerGas: bigint;
    },
  ): Promise<AttemptRow> {
    const call =
      how.purpose === "cancel"
        ? { to: account.address, value: 0n }
        : { to: intent.to, data: intent.data, value: intent.valueWei };
    const rawTransaction = await account.signTransaction({
      type: "eip1559",
      chainId: deployment.chainId,
      ...call,
      nonce: Number(how.nonce),
      gas: how.gas,
      maxFeePerGas: how.maxFeePerGas,
      maxPriorityFeePerGas: how.maxPriorityFeePerGas,
    });
    failpoint("signer.signed");
    const [attempt] = await tx
      .insert(outboxAttempt)
      .values({
        intentId: intent.id,
        chainId: deployment.chainId,
        sender: lower(account.address),
        nonce: how.nonce,
        purpose: how.purpose,
        txHash: keccak256(rawTransaction),
        rawTransaction,
        maxFeePerGasWei: how.maxFeePerGas,
        maxPriorityFeePerGasWei: how.maxPriorityFeePerGas,
        gasLimit: how.gas,
      })
      .returning();
    return attempt as AttemptRow;
  }

  async function suggestedFees() {
    const block = await client.getBlock();
    const maxPriorityFeePerGas = 1_000_000_000n;
    return { maxPriorityFeePerGas, maxFeePerGas: 2n * (block.baseFeePerGas ?? 0n) + maxPriorityFeePerGas };
  }

  return { start, step };
}
