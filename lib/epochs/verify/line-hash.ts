import { digest } from "@/lib/epochs/format/tree";
import { mostLineBytes } from "@/lib/epochs/verify/read-lines";

/** a letter of UTF-16 takes at most three bytes; the first byte says that it is a leaf */
const place = Buffer.alloc(1 + 3 * mostLineBytes);

/** The leaf of a line in a seal's tree and in the log. */
export const lineHash = (line: string): Buffer => digest(place.subarray(0, 1 + place.write(line, 1)));
