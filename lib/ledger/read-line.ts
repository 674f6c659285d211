import { type AccountClass, chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { isKeepable, unkeepable } from "@/lib/ledger/posting";
import type { RefusalCode } from "@/lib/ledger/refusals";

/**
 * A line of JSON from outside as an event for the ledger's door. Strict, because a typing error must not become another
 * payment: what nobody would read is refused, as is what is said twice, or as a number. Refuses in the ledger's own codes.
 */
export type Fault = { code: RefusalCode; what: string };
export type LineRead = { key: string | null } & ({ payload: Record<string, unknown> } | { fault: Fault });

/** far above any event of ours; one long line must not hold up the others */
export const mostLineBytes = 65_536;

export function readLine(bytes: Uint8Array, requestId: string): LineRead {
  const refused = (what: string): LineRead => ({ key: null, fault: { code: "malformed", what } });
  if (bytes.length > mostLineBytes) return refused(`longer than ${mostLineBytes} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused("not UTF-8");
  }
  if (text.trim() === "") return refused("an empty line");
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return refused("not JSON");
  }
  const { key: given } = isObject(line) ? line : {};
  const key = typeof given === "string" ? given : null;
  const twice = saidTwice(text);
  const fault = twice === undefined ? lineShape(line, "") : malformed(twice, "said twice");
  if (fault) return { key, fault };
  const payload = eventOf(line as Record<string, unknown>, requestId);
  return isKeepable(JSON.stringify(payload)) ? { key, payload } : { key, fault: unkeepable };
}

/** What a line leaves out: its kind, its subject, who asks; a transfer by itself is an event of one. */
function eventOf(line: Record<string, unknown>, requestId: string): Record<string, unknown> {
  // whether there is a next one depends on which lines happen to meet in one statement
  const { debit, credit, amount, asset, upTo, linked: _, ...rest } = line;
  const event = Object.fromEntries(Object.entries(rest).filter(([name]) => !remarks.includes(name)));
  const only = { debit, credit, amount, asset, ...(upTo !== undefined && { upTo }) };
  const transfers = debit === undefined && credit === undefined ? (event.transfers ?? []) : [only];
  return {
    kind: "cli-post",
    subject: line.key,
    actor: "cli",
    requestId,
    ...event,
    transfers: (transfers as object[]).map(withAsset),
    ...(event.holds !== undefined && { holds: (event.holds as object[]).map(withAsset) }),
  };
}

function withAsset(transfer: { asset?: unknown; debit?: unknown; credit?: unknown }): object {
  const [debit, credit] = [refOf(transfer.debit), refOf(transfer.credit)];
  return { ...transfer, debit, credit, asset: transfer.asset ?? assetOf(debit) ?? assetOf(credit) };
}

const assetOf = (ref: unknown) =>
  chartOfAccounts[(ref as { class?: AccountClass } | undefined)?.class as AccountClass]?.asset;

/** "class" or "class owner" says the same as {class, owner}. */
function refOf(ref: unknown): unknown {
  if (typeof ref !== "string") return ref;
  const [name, ...owner] = ref.split(" ");
  return { class: name, ...(owner.length > 0 && { owner: owner.join(" ") }) };
}

type Check = (value: unknown, at: string) => Fault | undefined;

const malformed = (at: string, what: string): Fault => ({
  code: "malformed",
  what: at === "" ? what : `${at}: ${what}`,
});
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text =
  (code: RefusalCode = "malformed"): Check =>
  (value, at) =>
    typeof value === "string" ? undefined : { ...malformed(at, "not a text"), code };
const flag: Check = (value, at) =>
  typeof value === "boolean" ? undefined : malformed(at, "neither true nor false");
const place: Check = (value, at) =>
  Number.isSafeInteger(value) ? undefined : malformed(at, "not a whole number");
const list =
  (of: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? firstOf(value.map((one, n) => () => of(one, `${at} ${n + 1}`)))
      : malformed(at, "not a list");
const fields =
  (known: Record<string, Check>, others?: Check): Check =>
  (value, at) =>
    isObject(value)
      ? firstOf(
          Object.entries(value).map(([name, own]) => () => {
            const check = Object.hasOwn(known, name) ? known[name] : others;
            const where = at === "" ? name : `${at}.${name}`;
            return check ? check(own, where.slice(0, 100)) : malformed(where.slice(0, 100), "no such field");
          }),
        )
      : malformed(at, "not an object");

function firstOf(checks: readonly (() => Fault | undefined)[]): Fault | undefined {
  for (const check of checks) {
    const fault = check();
    if (fault) return fault;
  }
  return undefined;
}

const accountFields = fields({
  class: text("account_unknown"),
  owner: text("account_unknown"),
  profileId: text("account_unknown"),
});
const account: Check = (value, at) => (typeof value === "string" ? undefined : accountFields(value, at));
const transfer = {
  debit: account,
  credit: account,
  asset: text("asset_wrong"),
  amount: text("amount_malformed"),
  upTo: flag,
};
/** for whoever wrote the line; the books do not keep it */
const remarks = ["id", "note", "comment"];
const event = fields({
  ...Object.fromEntries(remarks.map((name) => [name, () => undefined])),
  key: text("key_malformed"),
  kind: text(),
  subject: text(),
  actor: text(),
  requestId: text(),
  effectiveAt: text("date_malformed"),
  detail: fields({}, text()),
  corrects: text("original_unknown"),
  refund: flag,
  linked: flag,
  transfers: list(fields(transfer)),
  holds: list(fields({ ...transfer, expiresAt: text("hold_malformed") })),
  ends: list(
    fields({ hold: text("hold_unknown"), seq: place, as: text(), amount: text("amount_malformed") }),
  ),
  ...transfer,
});

const lineShape: Check = (value, at) => {
  const fault = event(value, at);
  if (fault || !isObject(value)) return fault;
  if (value.linked === true) return malformed("linked", "a line stands or falls by itself");
  const own = Object.keys(transfer).filter((name) => value[name] !== undefined);
  if (own.length > 0 && value.transfers !== undefined)
    return malformed("transfers", `beside ${own.join(", ")}`);
  if (own.length > 0 && value.debit === undefined && value.credit === undefined)
    return malformed(own.join(", "), "without debit and credit");
  return undefined;
};

/** A name that an object of this JSON has twice: which of the two is meant, nobody knows. */
function saidTwice(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, name] of json.matchAll(
    /("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g,
  )) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (name !== undefined) {
      const names = open.at(-1);
      const said = JSON.parse(name) as string;
      if (names?.has(said)) return said.slice(0, 100);
      names?.add(said);
    }
  }
  return undefined;
}
