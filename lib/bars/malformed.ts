import type { Random } from "@/lib/bars/random";

/** Bodies that no form of ours sends: wrong in type, shape, size, encoding or wire format. Every one must be refused. */
export interface Malformed {
  kind: string;
  type: string;
  body: string | Buffer;
}

const plain = "text/plain;charset=UTF-8";
const digits = (count: number) => "9".repeat(count);
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

/** Values that no field of any form takes, as JSON. */
const wrongValues: [string, () => string][] = [
  ["object", () => "{}"],
  ["list", () => "[]"],
  ["list of lists", () => '[["a"],[[]]]'],
  ["null", () => "null"],
  ["negative number", () => "-1"],
  ["endless number", () => `-${digits(4_000)}`],
  ["infinite number", () => "-1e999"],
  ["not a number", () => '{"$":"NaN"}'],
  ["long digits", () => `"${digits(40_000)}"`],
  ["a million digits", () => `"${digits(1_000_000)}"`],
  ["depth", () => nested(200)],
  ["great depth", () => nested(5_000)],
  ["nul", () => '{"\\u0000":"\\u0000"}'],
  ["lone surrogate", () => '["\\ud800"]'],
  ["constructor", () => '{"constructor":{"prototype":{"isAdmin":true}}}'],
];

/** Keys that no form has. */
const wrongKeys = [
  '"__proto__":{"isAdmin":true}',
  '"constructor":1',
  '"toString":"x"',
  '"role":"compliance"',
  '"profileId":"00000000-0000-4000-8000-000000000000"',
  '"":""',
  '"\\u202eamount":"5"',
];

/** Rows, references and things of the wire format that a body of ours never holds. */
const garbledCalls = [
  '["$1"]',
  '["$@1"]',
  '["$F1"]',
  '["$h1"]',
  '["$K1"]',
  '["$Q1"]',
  '["$W1"]',
  '["$i1"]',
  '["$B1"]',
  '["$R0"]',
  '["$r0"]',
  '["$o1"]',
  '["$NaN"]',
  '["$Infinity"]',
  '["$n99999999999999999999999999"]',
  '["$D9999-99-99"]',
  '["$1:__proto__:constructor"]',
  '["$0"]',
  '[{"then":"$1:then"}]',
  '["$undefined","$undefined","$undefined"]',
  '{"0":[]}',
  "[",
  "[[[[[[",
  '["',
  "null",
  '"$1"',
  "0",
  "",
  "undefined",
  "[{}",
  '{"a":1}}',
];

const fieldsOf = (input: Record<string, unknown>) => Object.entries(input);
const asJson = (pairs: string[]) => `{${pairs.join(",")}}`;

/** The form as it is sent, with one thing wrong in it. */
function nearly(random: Random, input: Record<string, unknown>): { kind: string; json: string } {
  const pairs = fieldsOf(input).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)] as const);
  const whole = pairs.map(([key, value]) => `${key}:${value}`);
  if (pairs.length === 0 || random.chance(0.3)) {
    const key = random.pick(wrongKeys);
    return { kind: "a key too many", json: asJson([...whole, key]) };
  }
  const at = random.below(pairs.length);
  const [name, make] = random.pick(wrongValues);
  const [key] = pairs[at] as readonly [string, string];
  // The last of two equal keys counts: a right value first must not save a wrong one.
  const twice = random.chance(0.2);
  const changed = whole.map((pair, n) => (n === at ? `${twice ? `${pair},` : ""}${key}:${make()}` : pair));
  return { kind: `${name}${twice ? ", after the right one" : ""}`, json: asJson(changed) };
}

const boundary = "----granary";
const part = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

function multipart(random: Random, json: string): Malformed {
  const whole = `${part("0", `[${json}]`)}--${boundary}--\r\n`;
  const bodies: [string, string][] = [
    ["truncated multipart", whole.slice(0, random.below(whole.length))],
    ["multipart that begins with a reference", `${part("0", '["$1"]')}${part("1", json)}--${boundary}--\r\n`],
    ["multipart with an unknown action", `${part("$ACTION_ID_00", "")}--${boundary}--\r\n`],
    [
      "multipart with bound arguments",
      `${part("$ACTION_REF_1", "")}${part("$ACTION_1:0", json)}--${boundary}--\r\n`,
    ],
    ["multipart without rows", `--${boundary}--\r\n`],
    ["multipart of noise", random.bytes(200).toString("latin1")],
  ];
  const [kind, body] = random.pick(bodies);
  const type = random.chance(0.8) ? `multipart/form-data; boundary=${boundary}` : "multipart/form-data";
  return { kind, type, body };
}

/** One malformed call of an action that takes `input`; `undefined` stands for an action without one. */
export function malformedCall(random: Random, input: Record<string, unknown> | undefined): Malformed {
  const dice = random.below(10);
  const near = nearly(random, input ?? {});
  if (dice < 5) return { kind: near.kind, type: plain, body: `[${near.json}]` };
  if (dice < 7) return { kind: "garbled arguments", type: plain, body: random.pick(garbledCalls) };
  if (dice === 7) return multipart(random, near.json);
  if (dice === 8) {
    const text = Buffer.from(`[${near.json}]`);
    const noise = random.bytes(20);
    const cut = random.below(Math.min(text.length, 2_000));
    return { kind: "noise", type: plain, body: Buffer.concat([text.subarray(0, cut), noise]) };
  }
  const type = random.pick([
    "application/json",
    "application/x-www-form-urlencoded",
    "image/png",
    "text/plainx",
    "",
  ]);
  return { kind: `sent as ${type || "nothing"}`, type, body: `[${near.json}]` };
}

/** One malformed body of a route that takes JSON or a form. */
export function malformedBody(random: Random): Malformed {
  const [name, make] = random.pick(wrongValues);
  const type = random.pick(["application/json", "application/x-www-form-urlencoded", plain, ""]);
  if (random.chance(0.5)) return { kind: name, type, body: make() };
  if (random.chance(0.5)) return { kind: "garbled", type, body: random.pick(garbledCalls) };
  return { kind: "noise", type, body: random.bytes(300) };
}

/** What is put behind the address of a page or a route that only reads. */
export function malformedQuery(random: Random): string {
  const values = [
    "%00",
    "%F0%9F%98%80",
    digits(2_000),
    "__proto__",
    "[]",
    "..%2f..%2f",
    "%ED%A0%80",
    "-1",
    "'--",
    "",
  ];
  const keys = ["find", "state", "to", "cursor", "__proto__", "a[]", "a[b]", "_rsc", "x".repeat(500)];
  return Array.from(
    { length: 1 + random.below(4) },
    () => `${random.pick(keys)}=${random.pick(values)}`,
  ).join("&");
}
