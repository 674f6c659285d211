import { isUtf8 } from "node:buffer";
import { Unreadable } from "@/lib/epochs/verify/findings";

/** The largest line of an honest batch is an event of 127 transfers, or a manifest of a few hundred periods. */
export const mostLineBytes = 1 << 20;

/**
 * The lines of a batch from its bytes. Refuses what no line may be: too long, not UTF-8, or without its line feed at the
 * end of the file. It never holds more than one line and one chunk.
 */
export async function* batchLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<string> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      if (length + end - from > mostLineBytes) throw tooLong();
      const line = chunk.subarray(from, end);
      yield textOf(length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      length = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > mostLineBytes) throw tooLong();
  }
  if (length > 0) throw new Unreadable("line_unfinished", "", "a line feed after the last line");
}

const tooLong = () => new Unreadable("line_too_long", `more than ${mostLineBytes} bytes`, "");

function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (text.includes("\ufffd") && !isUtf8(bytes)) throw new Unreadable("not_utf8");
  return text;
}
