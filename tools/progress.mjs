// Progress lines for a terminal: one line a step, with its seconds. Plain text when nobody is watching.
const tty = Boolean(process.stdout.isTTY) && process.env.TERM !== "dumb";
const coloured = tty && !process.env.NO_COLOR;

const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
export const colour = {
  bold: paint("1"),
  dim: paint("2"),
  red: paint("31"),
  green: paint("32"),
  amber: paint("33"),
  blue: paint("36"),
};

const labelWidth = 13;
const line = (mark, label, seconds, note) =>
  `  ${mark} ${label.padEnd(labelWidth)} ${colour.dim(seconds.padStart(7))}  ${note}`;
const clock = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** The step that is being shown as running, so that other lines can be printed above it. */
let running;
const clear = () => tty && process.stdout.write("\r\u001b[2K");

/** Prints a line of its own, without breaking a running step. */
export function say(text) {
  if (running) clear();
  process.stdout.write(`${text}\n`);
  if (running) running.draw();
}

/**
 * Runs one step and prints its line. `note` becomes the text at the end of the line; `work` may change it by
 * calling the function it is given, and its result is passed on.
 */
export async function step(label, note, work) {
  const since = Date.now();
  let text = note;
  let detail = "";
  const draw = () => {
    clear();
    const width = process.stdout.columns ?? 100;
    const plain = detail ? `${text} (${detail})` : text;
    process.stdout.write(
      line(colour.amber("·"), label, clock(since), plain.slice(0, Math.max(10, width - 30))),
    );
  };
  const tick = tty ? setInterval(draw, 200) : undefined;
  const announce = tty
    ? undefined
    : setTimeout(() => process.stdout.write(`  . ${label.padEnd(labelWidth)} ${note} …\n`), 4000);
  if (tty) {
    running = { draw };
    draw();
  }
  const finish = (mark, last) => {
    clearInterval(tick);
    clearTimeout(announce);
    running = undefined;
    clear();
    process.stdout.write(`${line(mark, label, clock(since), last)}\n`);
  };
  try {
    const result = await work({
      note: (next) => {
        text = next;
      },
      detail: (next) => {
        detail = next;
      },
    });
    finish(colour.green("✓"), text);
    return result;
  } catch (error) {
    finish(colour.red("✗"), text);
    throw error;
  }
}

/** A failure that has been put into a sentence for the person at the keyboard. */
export class Stop extends Error {
  name = "Stop";
  constructor(sentence, more = []) {
    super(sentence);
    this.more = more;
  }
}

/** Prints why nothing runs, then how to go on. */
export function explain(error) {
  const known = error instanceof Stop || error?.name === "Stop" || error?.name === "EnvError";
  say(
    `\n  ${colour.red("Granary did not start.")} ${known ? error.message : `Unexpected: ${error?.message ?? error}`}`,
  );
  for (const more of error?.more ?? []) say(`  ${colour.dim(more)}`);
  if (!known && error?.stack) say(colour.dim(error.stack.split("\n").slice(1, 6).join("\n")));
  say("");
}
