/** What a noun's file (lib/cli/<noun>.ts) exports: `export const verbs: Verbs`. */
export type Verbs = Record<string, Verb>;

export interface Verb {
  /** one line for the list of verbs */
  summary: string;
  /** what stands after the verb, such as "<days>d"; with options and what is read from stdin */
  usage?: string;
  /** a verb that needs "bank" gets the environment of the running installation first */
  needs?: "bank";
  /** options with which it needs no bank after all */
  needless?: readonly string[];
  /** answers one document, or an async iterable of documents that are streamed one a line */
  run(call: Call): Promise<unknown>;
  /** the answer for people; without it they get indented JSON */
  show?(answer: never): string;
}

export interface Call {
  /** what stood after noun and verb, without options */
  args: string[];
  /** --name value and --name=value; a lone --name is true */
  options: Record<string, string | true>;
  /** one JSON document from stdin; refuses none, several or broken ones with a sentence */
  readJson(): Promise<unknown>;
  /** all of stdin as it came */
  readText(): Promise<string>;
  /** lines from stdin as they come, in bytes; of one that is longer than `most` only its beginning */
  readLines(most: number): AsyncIterable<Uint8Array>;
}

/** Bad input: the sentence is printed and the exit code is 2. */
export class BadInput extends Error {
  override name = "BadInput";
}
