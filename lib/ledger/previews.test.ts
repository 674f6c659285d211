import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { collateralPosition, issuance } from "@/db/schema/collateral";
import type { IssuanceFact, RedemptionFact } from "@/lib/chain/facts";
import { convertDollars } from "@/lib/collateral/commands/convert-dollars";
import { receiptPosition } from "@/lib/collateral/commands/receipt-position";
import { settleIssuance } from "@/lib/collateral/commands/settle-issuance";
import { settleRedemption } from "@/lib/collateral/commands/settle-redemption";
import { type Entry, previewBring, previewConvert, previewRedeem, previewSend } from "@/lib/ledger/previews";
import { formatAmount } from "@/lib/money/format";
import { bpsOfUp } from "@/lib/money/math";
import { randomHex, type TestBank, testBank, testDeployment } from "@/lib/processes/test-bank";
import { bringDollars } from "@/lib/transfers/commands/bring-dollars";
import { sendDollars } from "@/lib/transfers/commands/send-dollars";
import { fakeCustodian } from "@/lib/vendors/custodian/fake";
import { fakeValuer } from "@/lib/vendors/valuer/fake";

let bank: TestBank;
beforeAll(async () => {
  bank = await testBank();
});
afterAll(() => bank.close());

const own = { key: randomHex(32), deployment: testDeployment };
const other = { key: randomHex(32), deployment: testDeployment };
const partners = {
  custodian: fakeCustodian(own),
  valuer: fakeValuer(other as never),
  deployment: testDeployment,
};
const feeBps = 10n;
const terms = async () => ({
  issuanceFeeBps: feeBps,
  redemptionFeeBps: feeBps,
  isStale: false,
  isPaused: false,
});
const key = () => randomUUID();

const lineOf = (
  debit: { class: string; owner?: string },
  credit: { class: string; owner?: string },
  amount: bigint | string,
  isHold: boolean,
) =>
  `${isHold ? "hold " : ""}${debit.class} ${debit.owner ?? ""} -> ${credit.class} ${credit.owner ?? ""} ${amount}`;
const shown = (...events: (readonly Entry[] | undefined)[]) =>
  events.map((entries = []) =>
    entries.map(({ debit, credit, amountMicros, isHold }) => lineOf(debit, credit, amountMicros, isHold)),
  );

/** What was written, read from the tables and not through the door. */
async function booked(...keys: string[]): Promise<string[][]> {
  return Promise.all(
    keys.map(async (one) => {
      const { rows } = await bank.owner.execute<
        Record<"dc" | "do" | "cc" | "co" | "amount", string> & { hold: boolean }
      >(sql`
        SELECT d.class AS dc, d.owner AS "do", c.class AS cc, c.owner AS co, l.amount, l.hold FROM (
          SELECT event_id, seq, debit_account, credit_account, amount_micros::text AS amount, false AS hold FROM ledger.transfer
          UNION ALL SELECT event_id, seq, debit_account, credit_account, amount_micros::text, true FROM ledger.pending) AS l
        JOIN ledger.event e ON e.id = l.event_id JOIN ledger.account d ON d.id = l.debit_account
        JOIN ledger.account c ON c.id = l.credit_account WHERE e.key = ${one} ORDER BY l.hold, l.seq`);
      return rows.map((row) =>
        lineOf({ class: row.dc, owner: row.do }, { class: row.cc, owner: row.co }, row.amount, row.hold),
      );
    }),
  );
}

const place = () => ({
  chainId: 31337,
  blockNumber: 7n,
  blockHash: randomHex(32),
  txHash: randomHex(32),
  logIndex: 0,
  contract: randomHex(20),
  at: new Date(),
});

it("the entries shown are the entries posted: bring, send, convert, redeem", {
  timeout: 60_000,
}, async () => {
  const cents = fc.bigInt({ min: 2n, max: 900_000n }).map((n) => n * 10_000n);
  await fc.assert(
    fc.asyncProperty(
      cents,
      fc.bigInt({ min: 10_000n, max: 9_000_000_000n }),
      async (sentMicros, grossMicros) => {
        const customer = await bank.customer();
        const { profileId } = customer;
        const holder = { wallet: customer.address, profileId };
        const broughtMicros = ((sentMicros + grossMicros) / 10_000n + 1n) * 10_000n;
        const asked = (amountMicros: bigint) => ({ amount: formatAmount(amountMicros), clientKey: key() });

        const brought = await bringDollars(bank.as(customer), asked(broughtMicros));
        expect(shown(...previewBring({ profileId, amountMicros: broughtMicros }))).toEqual(
          await booked(`bring-dollars:${brought.transferId}`),
        );

        const sent = await sendDollars(bank.as(customer), asked(sentMicros));
        expect(shown(...previewSend({ profileId, amountMicros: sentMicros }))).toEqual(
          await booked(`dollars-out-sent:${sent.transferId}`, `dollars-out-settled:${sent.transferId}`),
        );

        const feeMicros = bpsOfUp(grossMicros, feeBps);
        const { issuanceId } = await convertDollars(bank.as(customer), asked(grossMicros), terms);
        await receiptPosition(bank.system, { issuanceId }, partners);
        const [row] = await bank.app
          .select()
          .from(issuance)
          .innerJoin(collateralPosition, eq(collateralPosition.id, issuance.positionRowId))
          .where(eq(issuance.id, issuanceId));
        const issued: IssuanceFact = {
          ...place(),
          event: "Issued",
          issuanceId: row?.issuance.issuanceId as `0x${string}`,
          positionId: row?.collateral_position.positionId as `0x${string}`,
          to: customer.address,
          grossMicros,
          feeMicros,
        };
        await bank.worker.transaction((tx) => settleIssuance(tx, issued));
        expect(shown(...previewConvert({ holder, grossMicros, feeMicros }))).toEqual(
          await booked(`conversion-requested:${issuanceId}`, `issuance:${issued.issuanceId}`),
        );

        const backMicros = grossMicros - feeMicros;
        const backFee = bpsOfUp(backMicros, feeBps);
        const burned: RedemptionFact = {
          ...place(),
          event: "Redeemed",
          redemptionId: randomHex(32),
          holder: customer.address,
          grossMicros: backMicros,
          feeMicros: backFee,
        };
        await bank.worker.transaction((tx) => settleRedemption(tx, burned));
        expect(shown(...previewRedeem({ holder, grossMicros: backMicros, feeMicros: backFee }))).toEqual(
          await booked(`redemption:${burned.redemptionId}`),
        );
      },
    ),
    { numRuns: 8 },
  );
});

it("every account that a preview shows has a plain name", () => {
  const { accounts } = JSON.parse(readFileSync("messages/en/stake.json", "utf8")).booked;
  const holder = { wallet: randomHex(20), profileId: "p" };
  const exchange = { holder, grossMicros: 9n, feeMicros: 1n };
  const all = [
    previewBring({ profileId: "p", amountMicros: 9n }),
    previewSend({ profileId: "p", amountMicros: 9n }),
    previewConvert(exchange),
    previewRedeem(exchange),
  ].flat(2);
  const classes = new Set(all.flatMap(({ debit, credit }) => [debit.class, credit.class]));
  expect(Object.keys(accounts).sort()).toEqual([...classes].sort());
});
