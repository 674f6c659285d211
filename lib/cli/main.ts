import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BadInput, type Call, type Verb, type Verbs } from "@/lib/cli/verb";
import { AppError } from "@/lib/errors";

/** `npm run --silent cli -- <noun> <verb> [arguments] [--json]`: exit 0 done, 1 refused or failed, 2 bad input. */
const folder = fileURLToPath(new URL(".", import.meta.url));
/** Refusals of what was typed or piped in, wherever they were noticed. */
const badInput = new Set(["BadInput", "CaseError", "DemoError"]);
const notNouns = new Set(["main.ts", "table.ts", "verb.ts"]);

const nouns = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.includes(".test.") && !notNouns.has(file))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();

export function parseArguments(argv: readonly string[]): {
  words: string[];
  options: Record<string, string | true>;
} {
  const words: string[] = [];
  const options: Record<string, string | true> = {};
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (!word.startsWith("--")) {
      words.push(word);
      continue;
    }
    const [name = "", ...rest] = word.slice(2).split("=");
    const next = argv[at + 1];
    if (rest.length > 0) options[name] = rest.join("=");
    else if (name !== "json" && next !== undefined && !next.startsWith("--")) {
      options[name] = next;
      at += 1;
    } else options[name] = true;
  }
  return { words, options };
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
export const toJson = (value: unknown, indent?: number): string => JSON.stringify(value, plain, indent);

async function readText(): Promise<string> {
  let text = "";
  if (process.stdin.isTTY) return text;
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  return text;
}

async function readJson(): Promise<unknown> {
  const text = await readText();
  if (!text.trim())
    throw new BadInput("This verb reads one JSON document from standard input: it was empty.");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadInput(`Standard input is not one JSON document: ${(error as Error).message}.`);
  }
}

/** The lines of a stream without their ends, as bytes; of one that is too long its beginning, one byte above the most. */
export async function* linesOf(source: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Buffer> {
  let line: Buffer[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    const kept = Buffer.from(part.subarray(0, most + 1 - length));
    if (kept.length > 0) line.push(kept);
    length += kept.length;
  };
  const whole = () => {
    const bytes = Buffer.concat(line);
    line = [];
    length = 0;
    return bytes.length <= most && bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      yield whole();
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield whole();
}

const readLines = (most: number) => linesOf(process.stdin, most);

async function verbsOf(noun: string): Promise<Verbs> {
  const file = `${folder}${noun}.ts`;
  if (!/^[a-z][a-z-]*$/.test(noun) || notNouns.has(`${noun}.ts`) || !existsSync(file)) {
    throw new BadInput(`There is no noun "${noun}": use one of ${nouns().join(", ")}.`);
  }
  const { verbs } = (await import(file)) as { verbs: Verbs };
  return verbs;
}

const listOf = (noun: string, verbs: Verbs): string =>
  Object.entries(verbs)
    .map(([name, verb]) => `  ${noun} ${name}${verb.usage ? ` ${verb.usage}` : ""}\n      ${verb.summary}`)
    .join("\n");

async function help(noun?: string): Promise<string> {
  const wanted = noun ? [noun] : nouns();
  const parts = await Promise.all(wanted.map(async (name) => listOf(name, await verbsOf(name))));
  return ["npm run --silent cli -- <noun> <verb> [--json]", ...parts].join("\n");
}

/** Waits until the pipe has taken everything, so that an exit does not cut a long answer short. */
const print = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });

async function answer(verb: Verb, call: Call, json: boolean): Promise<void> {
  const result = await verb.run(call);
  if (result !== null && typeof result === "object" && Symbol.asyncIterator in result) {
    for await (const line of result as AsyncIterable<unknown>) await print(toJson(line));
  } else if (json) await print(toJson(result));
  else await print(verb.show ? verb.show(result as never) : toJson(result, 2));
}

export async function main(argv: readonly string[]): Promise<number> {
  process.env.GRANARY_PROCESS ??= "cli";
  const { words, options } = parseArguments(argv);
  const { json: _, ...rest } = options;
  const [noun, name, ...args] = words;
  try {
    if (!noun || options.help || noun === "help") {
      await print(await help(noun === "help" ? name : noun));
      return 0;
    }
    const verbs = await verbsOf(noun);
    const verb = name === undefined ? undefined : verbs[name];
    if (!verb || !Object.hasOwn(verbs, name ?? "")) {
      throw new BadInput(
        name === undefined
          ? `${noun} needs a verb: ${Object.keys(verbs).join(", ")}.`
          : `${noun} has no verb "${name}": use ${Object.keys(verbs).join(", ")}.`,
      );
    }
    if (verb.needs === "bank" && !verb.needless?.some((option) => option in rest)) {
      const { enterRunningBank } = await import("@/lib/processes/running-bank");
      enterRunningBank();
    }
    await answer(verb, { args, options: rest, readJson, readText, readLines }, options.json === true);
    // a verb that answers "no", such as a check that found something, has set the code itself
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { code, sentence, exit } = await explain(error as Error);
    process.stderr.write(
      options.json === true ? `${toJson({ error: { code, message: sentence } })}\n` : `${sentence}\n`,
    );
    return exit;
  }
}

async function explain(error: Error): Promise<{ code: string; sentence: string; exit: number }> {
  if (error instanceof AppError) {
    const { errorWords } = await import("@/components/copy/errors");
    const words = errorWords[error.code];
    return {
      code: error.code,
      sentence: [words.what, words.money, words.next].filter(Boolean).join(" "),
      exit: 1,
    };
  }
  if (badInput.has(error.name)) return { code: "bad_input", sentence: error.message, exit: 2 };
  if (error.name === "ZodError") {
    const issues = (error as unknown as { issues: { path: PropertyKey[]; message: string }[] }).issues;
    const first = issues.slice(0, 3).map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
    return { code: "bad_input", sentence: `The input is not valid. ${first.join("; ")}.`, exit: 2 };
  }
  if (error.name === "EnvError" || error.name === "Stop")
    return { code: "not_ready", sentence: error.message, exit: 1 };
  return { code: "failed", sentence: `It failed: ${error.message}`, exit: 1 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exit(await main(process.argv.slice(2)));
}
