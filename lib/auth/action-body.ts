/**
 * What a call of a server action may look like, checked before the framework unpacks it: our forms send one plain
 * JSON value. Whatever else the wire format knows (references, streams, files, bound arguments) is refused.
 */
export type ActionCall = "fine" | "malformed" | "too_large";

export const maxActionBytes = 64 * 1024;
const maxDepth = 6;

/** Strings of the wire format that mean something begin with a dollar sign; a text that does is sent with two. */
const plainText = (text: string) => !text.startsWith("$") || text.startsWith("$$") || text === "$undefined";

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === "string") return plainText(value);
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (depth > maxDepth || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
  return Object.entries(value).every(
    ([key, one]) => !["__proto__", "constructor", "prototype"].includes(key) && isPlain(one, depth + 1),
  );
}

export function readActionCall(contentType: string | null, body: string): ActionCall {
  if (body.length > maxActionBytes) return "too_large";
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "text/plain") return "malformed";
  let call: unknown;
  try {
    call = JSON.parse(body);
  } catch {
    return "malformed";
  }
  return Array.isArray(call) && call.length <= 1 && isPlain(call, 0) ? "fine" : "malformed";
}

/** Whether a request calls an action: by its header, or as a form that was sent without our scripts. */
export function callsAction(request: { method: string; headers: Headers }): boolean {
  if (request.method !== "POST") return false;
  if (request.headers.has("next-action")) return true;
  return (request.headers.get("content-type") ?? "").toLowerCase().startsWith("multipart/form-data");
}

/** Reads no further than the limit, whatever length the sender named. */
export async function checkActionCall(request: Request): Promise<ActionCall> {
  if (Number(request.headers.get("content-length") ?? 0) > maxActionBytes) return "too_large";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxActionBytes) return "too_large";
    chunks.push(chunk);
  }
  return readActionCall(request.headers.get("content-type"), Buffer.concat(chunks).toString("utf8"));
}
